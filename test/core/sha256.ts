import { createHash } from 'node:crypto';
import type { Sha256 } from '../../src/core/hash.ts';

/** The hash that the kernel is handed; Node's own, an implementation apart from the SDK's. */
export const sha256: Sha256 = (text) => createHash('sha256').update(text, 'utf8').digest();
