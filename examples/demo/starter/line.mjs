import { connect, createServer } from 'node:net';

/**
 * A device's own way to the sync server: forwards TCP, so requests and live sockets alike, and can be
 * cut. While cut, open connections are reset and new ones too, which a browser sees as a dead network.
 * The port stays taken, so nobody else can move in.
 */
export const createLine = async ({ port, targetPort }) => {
  const sockets = new Set();
  let connected = true;

  const server = createServer((device) => {
    if (!connected) return device.resetAndDestroy();
    const target = connect(targetPort, '127.0.0.1');
    for (const [socket, other] of [
      [device, target],
      [target, device],
    ]) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));

  const dropAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    isConnected: () => connected,
    setConnected(wanted) {
      connected = wanted;
      if (!connected) dropAll();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        dropAll();
      }),
  };
};
