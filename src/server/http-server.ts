import { createServer, type Server } from 'node:http';
import type { SyncServer } from './create-sync-server.ts';
import { isLivePath } from './live-sockets.ts';

/** The server of the command line: a sync server alone on its port. */
export const createHttpServer = (sync: SyncServer): Server => {
  const server = createServer(
    {
      // All other offers are declined by answering: Java's HttpClient offers `h2c` with each first request, and was cut off.
      shouldUpgradeCallback: ({ url, headers }) => isLivePath(url) && headers.upgrade?.toLowerCase() === 'websocket',
    },
    (request, response) => {
      // After an offer that was declined Node 24 answers no broken request on that connection, and keeps it open for ever.
      if (request.headers.upgrade !== undefined) response.setHeader('connection', 'close');
      return sync.node(request, response);
    },
  );
  server.requestTimeout = 30_000;
  server.headersTimeout = 10_000;
  server.on('upgrade', (request, socket, head) => {
    // Before Node 24.9 whatever is offered comes here.
    if (!sync.upgrade(request, socket, head)) socket.destroy();
  });
  return server;
};
