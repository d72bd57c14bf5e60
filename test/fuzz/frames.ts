import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Random } from '../../src/testing/random.ts';

/** The connection below a socket, for bytes that the library would not write. */
const below = (socket: WebSocket): Socket => (socket as unknown as { readonly _socket: Socket })._socket;

const frame = (first: number, second: number, rest: Buffer = Buffer.alloc(0)): Buffer =>
  Buffer.concat([Buffer.from([first, second]), rest]);
const masked = (first: number, payload: Buffer): Buffer =>
  frame(first, 0x80 | payload.length, Buffer.concat([Buffer.alloc(4), payload]));

/** Frames that break RFC 6455, by what they break. */
const broken = (random: Random): Buffer => {
  const some = Buffer.from(Array.from({ length: random.below(100) }, () => random.below(256)));
  const bit = random.pick([0x40, 0x20, 0x10, 0x70]);
  const shapes: readonly Buffer[] = [
    masked(0x81 | bit, some),
    masked(0x80 | random.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]), some),
    frame(0x81, some.length, some),
    frame(0x89, 0x80 | 126, Buffer.alloc(132)),
    masked(0x09, some),
    masked(0x88, Buffer.from([3])),
    masked(0x88, Buffer.from([random.pick([0, 3]), random.pick([0, 231, 236, 237, 255])])),
    masked(0x88, Buffer.from('03e8ff', 'hex')),
    masked(0x80, some),
    masked(0x00, some),
    Buffer.concat([masked(0x01, some), masked(0x81, some)]),
    frame(0x81, 0x80 | 127, Buffer.from('7fffffffffffffff00000000', 'hex')),
    frame(0x81, 0x80 | 127, Buffer.from('ffffffffffffffff00000000', 'hex')),
    frame(0x82, 0x80 | 127, Buffer.from('000000000001000100000000', 'hex')),
    frame(0x81, 0x80 | 126, Buffer.from('000500000000', 'hex')),
    some,
    Buffer.from('GET /v1/live HTTP/1.1\r\nHost: x\r\n\r\n'),
  ];
  return random.pick(shapes);
};

const texts = [
  'ping',
  'ping',
  'ping',
  'PING',
  'ping ',
  '',
  '{}',
  '{"v":1}',
  '[]',
  'null',
  '\u0000',
  '👜'.repeat(100),
  '__proto__',
];

/** Sends what one draw says; returns how many frames that were. */
export const sendFrames = (random: Random, socket: WebSocket): number => {
  switch (random.below(12)) {
    case 0:
      socket.send(Buffer.from(Array.from({ length: random.below(200) }, () => random.below(256))));
      return 1;
    case 1:
      socket.ping(Buffer.alloc(random.below(126)));
      return 1;
    case 2:
      socket.pong(Buffer.alloc(random.below(126)));
      return 1;
    case 3: {
      if (random.chance(0.85)) break;
      const count = random.chance(0.01) ? 1_000 : random.pick([2, 2, 3, 3, 3, 10, 64, 65]);
      for (let n = 1; n <= count; n++) socket.send('x', { fin: n === count });
      return count;
    }
    case 4: {
      // In the middle of a message, control frames may come; a second message may not.
      socket.send('pi', { fin: false });
      socket.ping();
      socket.send('ng', { fin: true });
      return 3;
    }
    case 5:
      if (random.chance(0.7)) break;
      socket.send('x'.repeat(random.pick([65_535, 65_536, 65_537, 200_000])));
      return 1;
    case 6:
      if (random.chance(0.7)) break;
      socket.send(Buffer.from(random.pick(['ff', 'c0af', 'eda080', 'f8888080', '70c3']), 'hex'), { binary: false });
      return 1;
    case 7:
      if (random.chance(0.5)) break;
      below(socket).write(broken(random));
      return 1;
    case 8: {
      if (random.chance(0.8)) break;
      const count = random.pick([30, 40, 100]);
      for (let n = 0; n < count; n++) socket.ping();
      return count;
    }
    case 9:
      if (random.chance(0.9)) break;
      socket.close(random.pick([1000, 1001, 1011, 3000, 4401, 4999]), 'x'.repeat(random.below(124)));
      return 1;
    default:
  }
  socket.send(random.pick(texts));
  return 1;
};
