// The sync server inside an existing Node server: one process, one port, one origin.
import { createServer } from 'node:http';
import { createSyncServer, sqliteStore } from 'relevo-server';

const port = Number(process.env.PORT ?? 3000);

const sync = createSyncServer({
  sites: {
    pk_shop: {
      // Same origin: pages of this server need no entry in `origins` for GET, but browsers send it with POST.
      origins: [new URL(`http://localhost:${port}`).origin],
      // Looked up in the environment, at least 32 characters; without it the server does not start.
      tokens: [{ secret: { env: 'SHOP_TOKEN_SECRET' }, issuer: 'shop', audience: 'relevo' }],
    },
  },
  store: sqliteStore({ path: process.env.SHOP_DATABASE ?? 'relevo.db' }),
});

/** What the shop served before, and goes on serving. */
const shop = (request, response) => {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end(`<h1>The shop</h1><p>${request.method === 'GET' ? 'Hello' : 'Thanks'}</p>`);
};

const server = createServer((request, response) => sync.node(request, response, () => shop(request, response)));

// Without this line everything works too; devices then ask every few seconds instead of being told.
server.on('upgrade', (request, socket, head) => {
  if (!sync.upgrade(request, socket, head)) socket.destroy();
});

server.listen(port, () => console.log(`shop and sync on http://localhost:${server.address().port}`));

const stop = async () => {
  server.close();
  await sync.close();
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
