import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock, Ids } from './ports.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  timer(ms, callback) {
    const timeout = setTimeout(callback, ms);
    return () => clearTimeout(timeout);
  },
};

export const systemIds: Ids = {
  random: () => randomBytes(16).toString('base64url'),
  sha256: (text) => createHash('sha256').update(text, 'utf8').digest(),
  hmac: (key, text) => createHmac('sha256', key).update(text, 'utf8').digest('base64url'),
  equal(a, b) {
    const left = Buffer.from(a);
    const right = Buffer.from(b);
    return left.length === right.length && timingSafeEqual(left, right);
  },
};
