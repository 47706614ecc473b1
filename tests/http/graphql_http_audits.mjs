// What the reference implementation's audits say of a server, as JSON on standard output.
import { serverAudits } from '../../graphiql/node_modules/graphql-http/lib/audits/index.mjs';

const [url] = process.argv.slice(2);
const told = [];
for (const audit of serverAudits({ url })) {
  const { status, reason } = await audit.fn();
  told.push({ id: audit.id, name: audit.name, status, reason: reason ?? null });
}
console.log(JSON.stringify(told));
