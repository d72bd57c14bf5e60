import type { HttpReply, Store, StoreKey, WriteTx } from '../client/ports.ts';
import type { Json } from '../core/json.ts';
import { canariesIn } from './canaries.ts';
import type { Ledger } from './ledger.ts';
import { createOwnClaims } from './own-claims.ts';
import type { DiskUser } from './virtual-disk.ts';
import { customerOf } from './virtual-world.ts';
import type { Watch } from './watch.ts';

type Put = readonly [StoreKey, Json];
type Op = { readonly i: string; readonly q?: number };
type Body = {
  readonly r: string;
  readonly ops?: readonly Op[];
  readonly claim?: { readonly guest: string; readonly r: string; readonly ops?: readonly Op[] };
  readonly auth?: { readonly token?: string };
};

const minuteMs = 60_000;
/** Of one page in a minute, beside what its customer does. */
const mostRequests = 60;
/** Longer than anything that a reply sets off without waiting for time to pass. */
const turns = 150;

/** What a device says to the server, beside what it has stored of it. */
export const createRequestWatch = ({
  watch,
  ledger,
  now,
  where,
  isOld,
}: {
  watch: Watch;
  ledger: Ledger;
  now(): number;
  where: string;
  /** Of release 0.1.0, which hands a guest whose claim had no answer to the next customer. */
  isOld: boolean;
}) => {
  const numbered = new Set<string>();
  const storedMs = new Map<string, number>();
  const filledMs = new Map<DiskUser, number>();
  const ownClaims = createOwnClaims();
  let times: number[] = [];
  let acts: number[] = [];
  /** Answers that came, by their cursor, with what they answer. A page may wait for them no longer. */
  const unread = new Map<string, string>();

  /** With its cursor a page has stored an answer. */
  const took = (cursors: readonly unknown[], isKnown: (() => boolean) | undefined) => {
    const body = cursors.map((cursor) => unread.get(String(cursor))).find((asked) => asked !== undefined);
    if (body === undefined) return;
    unread.clear();
    ledger.told(body, isKnown);
  };

  const keep = (puts: readonly Put[]) => {
    for (const [[table], value] of puts) {
      const { i, r, q } = value as { i?: string; r?: string; q?: number };
      if (table === 'out') storedMs.set(String(i), now());
      if (table === 'out' && q) numbered.add(`${i} ${r} ${q}`);
    }
  };

  const found = async (pairs: Promise<Put[]>): Promise<Put[]> => {
    const list = await pairs;
    keep(list);
    return list;
  };

  return {
    numbered,
    /** When a page last put a change into an outbox, or found it there. */
    storedMs: (id: string): number => storedMs.get(id) ?? Number.NEGATIVE_INFINITY,
    /** When this page last put what it knew into a store that it found empty. */
    filledMs: (user: DiskUser): number => filledMs.get(user) ?? Number.NEGATIVE_INFINITY,
    /** The same store; what it committed and what was found in it is known. `isKnown`: one in memory, while its page is there. */
    over: (store: Store, user?: DiskUser, isKnown?: () => boolean): Store => ({
      ...store,
      read: (body) => store.read((tx) => body({ ...tx, list: (prefix) => found(tx.list(prefix)) })),
      async write(body, options) {
        let puts: Put[] = [];
        let cursors: unknown[] = [];
        let [isEmpty, isFilled] = [false, false];
        const result = await store.write((tx) => {
          [puts, cursors] = [[], []];
          [isEmpty, isFilled] = [false, false];
          const get: WriteTx['get'] = async (key) => {
            const value = await tx.get(key);
            isEmpty ||= key[0] === 'device' && value === undefined;
            return value;
          };
          const put: WriteTx['put'] = (key, value) => {
            if (key[0] === 'out') puts.push([key, value]);
            isFilled ||= key[0] === 'device' && isEmpty;
            if (key[0] === 'space') cursors.push((value as { cursor?: unknown }).cursor);
            tx.put(key, value);
          };
          // What a transaction put itself is not committed yet.
          const list: WriteTx['list'] = (prefix) => (puts.length ? tx.list(prefix) : found(tx.list(prefix)));
          return body({ ...tx, get, put, list });
        }, options);
        keep(puts);
        took(cursors, isKnown);
        if (isFilled && user) filledMs.set(user, now());
        return result;
      },
      writeNow(puts) {
        store.writeNow(puts);
        keep(puts);
      },
    }),
    acted: () => void acts.push(now()),
    /** A request leaves; gives what hears its answer. */
    asked(body: string) {
      const told = ownClaims.asked(body);
      return (reply: HttpReply) => {
        told(reply);
        if (reply.status < 300 && isOurs(reply.body)) unread.set((JSON.parse(reply.body) as { cur: string }).cur, body);
      };
    },
    request(text: string, pages: number): string {
      const { claim, ...rest } = JSON.parse(text) as Body;
      const { auth, r, ops = [] } = rest;
      const who = customerOf(auth?.token ?? '') ?? 'guest';
      ledger.checkOwners(JSON.stringify(rest), who, `request of ${where}`);
      const sent = [...ops.map((op) => [op, r] as const), ...(claim?.ops ?? []).map((op) => [op, claim?.r] as const)];
      for (const [{ i, q }, replica] of sent)
        if (q)
          watch.check('numbered first', numbered.has(`${i} ${replica} ${q}`), () => `${where}: ${i} ${replica} ${q}`);
      if (claim) {
        const claimed = JSON.stringify(claim);
        // Were it not refused, it would be found in the customer's rows.
        const isLate = (owner: string) => ownClaims.isLate(claim.guest, owner, who);
        if (!isOld) ledger.checkOwners(claimed, who, `request of ${where}`, { isLate });
        ownClaims.sent(claim.guest, who);
        for (const canary of canariesIn(claimed)) {
          const [writer] = canary.split('~');
          watch.check('claim', writer === 'guest' || writer === who, () => `${where}: ${who} claims ${canary}`);
        }
      }
      const recent = (list: number[]) => list.filter((atMs) => atMs > now() - minuteMs);
      [times, acts] = [[...recent(times), now()], recent(acts)];
      const most = mostRequests * pages + 5 * acts.length;
      watch.check('retries', times.length <= most, () => `${where}: ${times.length} requests in a minute, not ${most}`);
      return who;
    },
    /** What a page has after an answer that is not the server's is what it had before. */
    async foreign({ status, body }: HttpReply, read: () => string): Promise<void> {
      if (isOurs(body)) return;
      const before = read();
      for (let turn = 0; turn < turns; turn++) await undefined;
      const after = read();
      watch.check(
        'foreign answer',
        !before || !after || before === after,
        () => `${where}: ${status} ${body.slice(0, 80)}: ${before} ${after}`,
      );
    },
  };
};

export const requestKind = (body: string): 'claiming' | 'pushing' | 'pulling' =>
  body.includes('"claim":{') ? 'claiming' : body.includes('"ops":[]') ? 'pulling' : 'pushing';

const isOurs = (text: string): boolean => {
  try {
    const body = JSON.parse(text) as { from?: unknown; code?: unknown };
    return body.from !== undefined || body.code !== undefined;
  } catch {
    return false;
  }
};
