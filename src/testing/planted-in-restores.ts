import type { SyncReply, SyncRequest } from '../protocol/messages.ts';
import { overServer, overWire } from './plant.ts';
import type { Planted } from './planted.ts';

/** What can be wrong with the offers to a restored server. */
export const plantedInRestores: readonly Planted[] = [
  {
    name: 'incarnation ignored after a restore',
    only: ['restore'],
    plant: overServer((tx) => ({
      meta: async (name) => (name === 'incarnation' ? 'the-first-incarnation' : tx.meta(name)),
    })),
  },
  {
    name: 'what a restored server asks for is not offered',
    only: ['restore'],
    plant: overWire({ reply: ({ offer: _, ...reply }) => reply as SyncReply }),
  },
  {
    name: 'offers summed instead of joined',
    only: ['restore'],
    plant: overWire({
      request: ({ offer, ...request }) => (offer ? { ...request, offer: offer.map(doubled) } : request) as SyncRequest,
    }),
  },
  {
    name: 'what a restored server may have had counts again',
    only: ['restore', 'kill'],
    plant: overWire({
      request: (request) => ({
        ...request,
        ops: request.ops.map(({ to: _, ...op }) => op as typeof op & { t: string }),
      }),
    }),
  },
];
type Offered = NonNullable<SyncRequest['offer']>[number];

/** What the server has already is what it is offered: a sum is twice that. */
const doubled = ([collection, key, version, state]: Offered): Offered => {
  const line = state as { q?: { p: Record<string, number> } } | null;
  if (!line?.q) return [collection, key, version, state];
  const p = Object.fromEntries(Object.entries(line.q.p).map(([replica, n]) => [replica, n * 2]));
  return [collection, key, version, { ...line, q: { ...line.q, p } } as never];
};
