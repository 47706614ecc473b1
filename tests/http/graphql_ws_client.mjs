// Operations as lines of JSON on standard input; what the client is told, as lines on standard output.
import { createInterface } from 'node:readline';
import { createClient } from '../../graphiql/node_modules/graphql-ws/dist/client.js';

const [url, token] = process.argv.slice(2);
const client = createClient({
  url: `${url.replace('http', 'ws')}/graphql`,
  connectionParams: { authorization: `Bearer ${token}` },
  retryAttempts: 0,
});
const tell = (...told) => console.log(JSON.stringify(told));

for await (const line of createInterface({ input: process.stdin })) {
  const { name, query, variables } = JSON.parse(line);
  client.subscribe(
    { query, variables },
    {
      next: (result) => tell(name, 'next', result),
      error: (error) => (error.code ? tell(name, 'closed', error.code) : tell(name, 'error', error)),
      complete: () => tell(name, 'complete'),
    },
  );
}
process.exit();
