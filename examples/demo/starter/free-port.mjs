import { createServer } from 'node:net';

const lastPort = 32_767; // above it the system hands out ports to clients, which come and go

/**
 * The wanted port, or the next one that nobody listens on, said aloud.
 *
 * @param {{ name: string, wanted: number, reserved: Set<number>, say: (line: string) => void }} options
 *   `reserved`: ports of the demo's other parts, passed over; the port found is added to it
 */
export const findFreePort = async ({ name, wanted, reserved, say }) => {
  for (let port = wanted; port <= lastPort; port++) {
    if (port !== wanted && reserved.has(port)) continue;
    if (!(await isFree(port))) continue;
    if (port !== wanted) say(`Port ${wanted} is taken: ${name} uses ${port}.`);
    reserved.add(port);
    return port;
  }
  throw new Error(`No free port from ${wanted} on for ${name}.`);
};

// A browser tries both addresses of `localhost`, so somebody else's server on either is in the way.
const isFree = async (port) => (await canListen(port, '127.0.0.1')) && (await canListen(port, '::1'));

const canListen = (port, host) =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error) => resolve(error.code !== 'EADDRINUSE' && error.code !== 'EACCES'));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
