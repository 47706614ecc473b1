// Bundles GraphiQL into static/, together with the licence texts of everything in the bundle.
import { build } from 'esbuild';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

process.chdir(import.meta.dirname);
rmSync('static', { recursive: true, force: true });

// GraphiQL's style sheet carries 350 kB of Latin, Greek and Cyrillic fonts (Roboto, Fira Code): page.css names the
// system's own fonts instead.
const withoutFonts = {
  name: 'without-fonts',
  setup({ onLoad }) {
    onLoad({ filter: /style\.css$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(/@font-face\s*{[^}]*}/g, ''),
      loader: 'css',
    }));
  },
};

const { metafile } = await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: { graphiql: 'main.jsx' },
  outdir: 'static',
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  jsx: 'automatic',
  alias: { 'react-style-singleton': './style-singleton.js' },
  plugins: [withoutFonts],
  loader: { '.graphql': 'text' },
  define: { 'process.env.NODE_ENV': '"production"' },
  legalComments: 'external',
  metafile: true,
});

const folders = new Set();
for (const output of Object.values(metafile.outputs)) {
  for (const input of Object.keys(output.inputs)) {
    const folder = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(input);
    if (folder) folders.add(folder[0]);
  }
}

const texts = [...folders].sort().map((folder) => {
  const { name, version, license, author, repository } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying)/i.test(file));
  const text = files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n');
  // Some packages name their licence without holding its text.
  const origin = [author?.name ?? author, repository?.url ?? repository].filter(Boolean).join(', ');
  return `${name} ${version} (${license})\n\n${text || `No licence file in the package; it is from ${origin}`}\n`;
});
writeFileSync('static/third-party-licences.txt', texts.join(`\n${'-'.repeat(80)}\n\n`));
