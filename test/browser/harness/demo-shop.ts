import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createShop } from '../../../examples/demo/shop/app.mjs';
import type { Line } from './line.ts';
import type { World } from './world.ts';

/** The demo's shop, with its own cart in its own storage, for one device. */
export const serveDemoShop = async (
  { server: syncServer, shop }: World,
  line: Line,
): Promise<{ readonly origin: string; close(): Promise<void> }> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const origin = `http://localhost:${port}`;
  server.on(
    'request',
    createShop({
      origin,
      scriptUrl: shop.scriptUrl,
      endpoint: line.origin,
      stageOrigin: origin,
      cookieName: `nido-${port}`,
      fetchToken: syncServer.token,
    }),
  );
  return {
    origin,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
