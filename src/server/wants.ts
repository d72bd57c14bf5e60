import type { SyncReply, SyncRequest } from '../protocol/messages.ts';
import { abandonCheckout, beginCheckout } from './checkouts.ts';
import type { ClaimAnswer } from './claim-merge.ts';
import { spaceKey } from './identity.ts';
import type { Ids } from './ports.ts';
import type { SpaceWriter } from './space-writer.ts';
import { undoMerge } from './undo-merge.ts';

type Answered = NonNullable<SyncReply['want']>;

/** What a request wants done beside its changes, in their transaction and after them; answered under the same name. */
export const answerWants = async (
  space: SpaceWriter,
  {
    request,
    site,
    ids,
    claimed,
  }: {
    readonly request: SyncRequest;
    readonly site: string;
    readonly ids: Pick<Ids, 'random' | 'sha256'>;
    /** What became of the claim that came along. */
    readonly claimed: ClaimAnswer | undefined;
  },
): Promise<Answered | undefined> => {
  const { want, device, channel } = request;
  const answer: Answered = {};
  if (want?.undo !== undefined) {
    const receipt = await undoMerge(space, { id: want.undo, sha256: ids.sha256 });
    answer.undo = { receipt: receipt as WireReceipt };
  }
  if (want?.abandon !== undefined) {
    await abandonCheckout(space, { site, id: want.abandon });
    answer.abandon = true;
  }
  // After what is taken back: the customer pays what is left.
  const guest =
    claimed?.status === 'waiting' && request.claim ? spaceKey({ site, id: request.claim.guest }) : undefined;
  if (want?.begin && (guest === undefined || (await isBound(space, { guest, request, claimed }))))
    answer.begin = toAnswer(await beginCheckout(space, { site, device, channel, ids, owed: guest }));
  return Object.keys(answer).length > 0 ? answer : undefined;
};

/** All that the guest did is known here, and is this customer's to pay: else nothing is frozen, and the device asks again. */
const isBound = async (
  { tx, id }: SpaceWriter,
  { guest, request, claimed }: { guest: string; request: SyncRequest; claimed: ClaimAnswer | undefined },
): Promise<boolean> => {
  const row = await tx.claim(guest);
  const acked = new Set(claimed?.acks.map(([ackId]) => ackId));
  return row?.status === 'waiting' && row.space === id && !!request.claim?.ops.every((op) => acked.has(op.i));
};

type WireReceipt = NonNullable<Answered['undo']>['receipt'];

const toAnswer = ({ lines, others, ...begun }: Awaited<ReturnType<typeof beginCheckout>>): Answered['begin'] => ({
  ...begun,
  lines: lines.map(({ properties, ...line }) => ({ ...line, properties: { ...properties } })),
  others: [...others],
});

/** Whether it takes a transaction that writes. */
export const isWriting = (want: SyncRequest['want']): boolean =>
  want?.signout === true || want?.undo !== undefined || want?.begin === true || want?.abandon !== undefined;
