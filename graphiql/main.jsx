import { explorerPlugin } from '@graphiql/plugin-explorer';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './page.css';
import welcomeQuery from './welcome.graphql';

const root = document.getElementById('graphiql');
const endpoint = new URL(root.dataset.endpoint, location.href);
const subscriptions = new URL(endpoint);
subscriptions.protocol = endpoint.protocol === 'https:' ? 'wss:' : 'ws:';

// The headers editor opens with this, so that one only has to paste a token.
const headersHint = '{\n  "Authorization": "Bearer "\n}';

const fetcher = createGraphiQLFetcher({
  url: endpoint.href,
  // The toolkit sends the headers editor's content as the payload of connection_init.
  subscriptionUrl: subscriptions.href,
  enableIncrementalDelivery: false,
});

// Names in lower case, since the server reads `authorization` from connection_init, where case counts.
// The hint without a token is left out: the server answers NOT_AUTHENTICATED to a token that is none.
function sentHeaders(headers = {}) {
  return Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), value])
      .filter(([name, value]) => name !== 'authorization' || !/^\s*(bearer)?\s*$/i.test(value)),
  );
}

createRoot(root).render(
  <GraphiQL
    fetcher={(params, options) => fetcher(params, { ...options, headers: sentHeaders(options?.headers) })}
    plugins={[explorerPlugin({})]}
    defaultQuery={welcomeQuery}
    defaultHeaders={headersHint}
    defaultEditorToolsVisibility="headers"
    // Queries hold passwords (signIn), headers hold tokens, the history holds both: none of it outlives the browser's tab.
    storage={sessionStorage}
    shouldPersistHeaders
  >
    <GraphiQL.Logo>Oozor Reviews</GraphiQL.Logo>
  </GraphiQL>,
);
