import type { SyncReply, SyncRequest } from '../protocol/messages.ts';
import { abandonCheckout, beginCheckout } from './checkouts.ts';
import type { Ids } from './ports.ts';
import type { SpaceWriter } from './space-writer.ts';
import { undoMerge } from './undo-merge.ts';

type Answered = NonNullable<SyncReply['want']>;

/** What a request wants done beside its changes, in their transaction and after them; answered under the same name. */
export const answerWants = async (
  space: SpaceWriter,
  {
    request: { want, device, channel },
    site,
    ids,
  }: { readonly request: SyncRequest; readonly site: string; readonly ids: Pick<Ids, 'random' | 'sha256'> },
): Promise<Answered | undefined> => {
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
  if (want?.begin) answer.begin = toAnswer(await beginCheckout(space, { site, device, channel, ids }));
  return Object.keys(answer).length > 0 ? answer : undefined;
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
