import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Json } from '../../src/core/json.ts';
import type { SyncServer } from '../../src/server/create-sync-server.ts';
import type { EntryRow, Store, WriteTx } from '../../src/server/store.ts';

type Put = (tx: WriteTx, space: string, row: EntryRow) => Promise<void>;
type Answer = (request: IncomingMessage, response: ServerResponse) => boolean;

const refuse = (response: ServerResponse, status: number, body: unknown) => {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify(body));
};
const isOdd = ({ method = '' }: IncomingMessage) => method === 'PUT' || method === 'DELETE';

/** One fault each, as a mistake in the product could make it. */
const puts: Readonly<Record<string, Put>> = {
  'a handler that throws': async (tx, space, row) => {
    if (row.key === 'traits') (undefined as unknown as { x(): void }).x();
    await tx.putEntry(space, row);
  },
  'a change that is lost': async (tx, space, row) => {
    if (!space.includes('/c_') || row.key !== 'polite-line' || row.version % 7 > 0) await tx.putEntry(space, row);
  },
  'a set that saw more than there is': (tx, space, row) => {
    const state = row.state as { q?: { p: Record<string, number> } } | null;
    const q = state?.q && { ...state.q, s: { ...state.q.p, nobody: 3 } };
    return tx.putEntry(space, q ? { ...row, state: { ...state, q } as unknown as Json } : row);
  },
};
const answers: Readonly<Record<string, Answer>> = {
  'a stack in a refusal': (request, response) => {
    if (!isOdd(request)) return false;
    refuse(response, 405, { code: 'request/method', message: new Error('no').stack, retryable: false });
    return true;
  },
  'a refusal of another shape': (request, response) => {
    if (!isOdd(request)) return false;
    refuse(response, 405, { error: 'method' });
    return true;
  },
  'a process that ends': (request) => (isOdd(request) ? process.exit(3) : false),
  'a request that is never answered': isOdd,
  'an origin that is let in': (request, response) => {
    const { origin } = request.headers;
    if (origin) response.setHeader('access-control-allow-origin', origin);
    return false;
  },
};

/** Sees the polite customer's text in a reply, and says it to somebody else. */
const leaking = (): Answer => {
  let seen = '';
  return (request, response) => {
    if (isOdd(request) && seen) {
      refuse(response, 405, { code: 'request/method', message: seen, retryable: false });
      return true;
    }
    const end = response.end.bind(response) as (body?: unknown) => ServerResponse;
    response.end = ((body?: unknown) => {
      seen ||= /canary-[0-9a-f]+/.exec(String(body))?.[0] ?? '';
      return end(body);
    }) as typeof response.end;
    return false;
  };
};

/** The faults that can be put in, by name. */
export const faultNames = [...Object.keys(puts), ...Object.keys(answers), 'a text of somebody else'];

/** Wraps store and server so that one fault is in; without a name nothing is changed. */
export const plantFault = (name: string | undefined) => {
  const put = name === undefined ? undefined : puts[name];
  const answer = name === 'a text of somebody else' ? leaking() : name === undefined ? undefined : answers[name];
  if (name !== undefined && !put && !answer) throw new Error(`There is no fault "${name}" to plant.`);
  return {
    store: (store: Store): Store =>
      put
        ? {
            ...store,
            write: (body) => store.write((tx) => body({ ...tx, putEntry: (space, row) => put(tx, space, row) })),
          }
        : store,
    sync: (sync: SyncServer): SyncServer =>
      answer
        ? {
            ...sync,
            node(request, response, next) {
              if (!answer(request, response)) sync.node(request, response, next);
            },
          }
        : sync,
  };
};
