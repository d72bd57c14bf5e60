import { RelevoError } from '../core/relevo-error.ts';
import type { SyncReply, SyncRequest } from '../protocol/messages.ts';
import { offline, refusalStatus } from './exchange.ts';
import type { Partition } from './partition.ts';
import type { Sync } from './sync.ts';
import type { Tokens } from './tokens.ts';

/** A page that fails to answer gives none, as everywhere. */
const noToken = (cause?: unknown): never => {
  throw offline({ cause });
};

export type Ask = ReturnType<typeof createAsk>;

type Wanted = NonNullable<SyncReply['want']>;

/**
 * What is one request and one answer: the server does it in the transaction that reads what is new, so that its effect
 * is here when the promise resolves. Free of effect when it is asked again, as every want is.
 * @throws RelevoError `network/offline`, the server's code, `sync/abandoned` when somebody signs in or out meanwhile, or the page has stopped
 */
export const createAsk = ({
  idle,
  flush,
  partition,
  sync,
  tokens,
  arrived,
}: {
  /** Nobody is signing in or out. */
  idle(): Promise<unknown>;
  /** For what is about the cart. What was done before is sent before: a quantity over what is asked for here would not have seen that. */
  flush?(): Promise<void>;
  partition: Partition;
  sync: Sync;
  tokens: Tokens;
  /** What the answer brought is here. */
  arrived(): void;
}) => {
  const once = async (
    want: SyncRequest['want'],
    { token, epoch, demandHere }: { token: string | undefined; epoch: number; demandHere(): void },
  ) => {
    let answer: { want: SyncReply['want']; isReset: boolean } | undefined;
    await sync.alone(async () => {
      const batch = partition.device.epoch === epoch ? await partition.batch(0) : undefined;
      if (!batch) throw new RelevoError('sync/abandoned');
      const { claim: _, live: __, ...request } = sync.requestOf(batch, token);
      const { first, arrival } = await sync.gather({ ...request, want });
      await partition.apply(epoch, { ...arrival, given: batch.given });
      answer = { want: first.want, isReset: arrival.isReset };
    }, demandHere);
    return answer;
  };

  return async <K extends keyof Wanted>(name: K, of: string | true): Promise<NonNullable<Wanted[K]>> => {
    const isHere = partition.whose();
    const demandHere = () => {
      if (!isHere() || sync.connection === 'stopped') throw new RelevoError('sync/abandoned');
    };
    await idle();
    demandHere();
    await flush?.().finally(demandHere);
    const { epoch, customer } = partition.device;
    for (let turn = 0; ; turn++) {
      const token = customer && ((await tokens.get().catch(noToken)) || noToken());
      try {
        const answer = await once({ [name]: of }, { token, epoch, demandHere });
        demandHere();
        const found = answer?.want?.[name];
        // First it had to be told what the server has lost or forgotten.
        if (!found && answer?.isReset && turn < 2) continue;
        if (!found) throw new RelevoError('request/version', { detail: 'The server does not know how yet.' });
        arrived();
        return found as NonNullable<Wanted[K]>;
      } catch (error) {
        demandHere();
        if (refusalStatus(error) !== 401 || turn) throw error;
        if (tokens.peek() === token) tokens.set(undefined);
      }
    }
  };
};
