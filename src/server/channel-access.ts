import { isKeptForLater, isOfServer } from '../core/collection.ts';
import { RelevoError } from '../core/relevo-error.ts';
import { knownNames, noteAccess } from './audit.ts';
import { customerSpaceId, emptySpace, spaceKey } from './identity.ts';
import type { Clock, Ids } from './ports.ts';
import type { SiteRules } from './site.ts';
import { openSpace } from './space-writer.ts';
import type { Store, WriteTx } from './store.ts';
import type { AuditRow } from './store-channels.ts';
import type { Principal } from './who-asks.ts';

/** Who asks, where, and of whom. A server key that several people use says who of them. */
export type Asked = {
  readonly by: Principal;
  readonly customer: string;
  readonly channel: string;
  readonly actor?: string | undefined;
};

export type ChannelAccess = {
  /** @throws `site/unknown` */
  rulesOf(asked: Asked): SiteRules;
  /** The space of the customer who is asked for. */
  spaceOf(asked: Asked): string;
  /** Whether they may use these collections; what an agent is refused is written down. @throws `auth/scope`, `auth/expired`, `request/not-found` */
  admit(asked: Asked, collections: readonly string[]): Promise<void>;
  /** An agent that tries what it may not is seen by the customer who it acts for. */
  refuse(asked: Asked, collections: readonly string[], error: RelevoError): Promise<never>;
  /** Writes down what is done, in the transaction that does it. Of a customer whom nobody knows only agents leave a trace. */
  note(tx: WriteTx, asked: Asked, access: Pick<AuditRow, 'act' | 'collections'>): Promise<void>;
};

/** Who may do what with a customer's state through REST, and who did. */
export const createChannelAccess = ({
  store,
  clock,
  ids,
  sites,
}: {
  store: Store;
  clock: Pick<Clock, 'now'>;
  ids: Ids;
  sites: Readonly<Record<string, SiteRules>>;
}): ChannelAccess => {
  const spaceAt = (site: string, customer: string) => spaceKey({ site, id: customerSpaceId(ids, { site, customer }) });

  const rulesOf = ({ by }: Asked): SiteRules => {
    const rules = sites[by.site];
    if (!rules) throw new RelevoError('site/unknown');
    return rules;
  };

  const write = async (
    tx: WriteTx,
    { space, asked, access }: { space: string; asked: Asked; access: Pick<AuditRow, 'act' | 'collections'> },
  ): Promise<void> => {
    const { by } = asked;
    if (by.kind === 'customer') return;
    const nowMs = clock.now();
    if (!(await tx.space(space))) {
      if (by.kind !== 'agent') return;
      // So that housekeeping finds what is written here.
      const row = emptySpace({ id: space, site: by.site, kind: 'customer', secret: null });
      await openSpace(tx, { row, site: rulesOf(asked), nowMs }).finish();
    }
    const who = by.kind === 'key' ? ({ by: 'key', key: by.actor } as const) : ({ by: 'agent' } as const);
    await noteAccess(tx, space, {
      ...access,
      ...who,
      actor: actorOf(asked),
      channel: channelOf(asked),
      nowMs,
      id: ids.random(),
    });
  };

  const refuse: ChannelAccess['refuse'] = async (asked, collections, error) => {
    const { by } = asked;
    if (by.kind === 'agent') {
      const space = spaceAt(by.site, by.customer);
      const names = knownNames(collections, { given: by.collections, site: rulesOf(asked) });
      await store.write((tx) => write(tx, { space, asked, access: { act: 'refused', collections: names } }));
    }
    throw error;
  };

  const spaceOf = ({ by, customer }: Asked) => spaceAt(by.site, customer);

  return {
    rulesOf,
    spaceOf,
    refuse,
    note: (tx, asked, access) => write(tx, { space: spaceOf(asked), asked, access }),
    async admit(asked, collections) {
      const { by, customer } = asked;
      if (by.kind === 'key') return;
      if (by.kind === 'agent' && by.isOver)
        return refuse(asked, collections, new RelevoError('auth/expired', { retryable: true }));
      if (customer !== by.customer) return refuse(asked, collections, new RelevoError('request/not-found'));
      const isAllowed =
        by.kind === 'agent' && collections.every((name) => by.collections.has(name) && isForAgents(name));
      if (!isAllowed) await refuse(asked, collections, new RelevoError('auth/scope'));
    },
  };
};

/** Who of them it was, in lines and the audit. */
export const actorOf = ({ by, actor }: Asked): string =>
  by.kind === 'customer' ? 'customer' : by.kind === 'key' ? (actor ?? by.actor) : by.actor;

/** An agent's is fixed: it could give itself out for a till, and fill the audit with names. */
export const channelOf = ({ by, channel }: Asked): string => (by.kind === 'agent' ? 'agent' : channel);

/** What a customer has consented to is theirs alone to say, and what they pay for or have merged is no agent's to see. */
export const isForAgents = (collection: string): boolean =>
  collection !== 'consent' && !isOfServer(collection) && !isKeptForLater(collection);
