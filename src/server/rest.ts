import { collectionShape, isKeptForLater, isOfServer } from '../core/collection.ts';
import { isKey } from '../core/key.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { AuditReply, ChangesReply, ChangesRequest, EntriesReply, LiveReply } from '../protocol/rest.ts';
import { noteAccess } from './audit.ts';
import { customerSpaceId, emptySpace, spaceKey } from './identity.ts';
import { incarnationOf } from './incarnation.ts';
import { answerOnce, type Once } from './once.ts';
import type { Clock, Ids } from './ports.ts';
import type { Principal } from './principal.ts';
import { applyChannelChanges } from './rest-changes.ts';
import { entriesView } from './rest-view.ts';
import type { SiteRules } from './site.ts';
import type { SpaceNews } from './space-news.ts';
import { openSpace } from './space-writer.ts';
import type { Store, WriteTx } from './store.ts';
import type { AuditRow } from './store-channels.ts';
import type { TicketCodec } from './tickets.ts';

/** Who asks, where, and of whom. A server key that several people use says who of them. */
export type Asked = {
  readonly by: Principal;
  readonly customer: string;
  readonly channel: string;
  readonly actor?: string | undefined;
};

/** A customer's state for other channels. Whoever reads or writes is written down in the same transaction. */
export type Rest = {
  /** @throws `auth/scope`, `request/not-found` */
  read(asked: Asked, collection: string): Promise<EntriesReply>;
  /** @throws `auth/scope`, `request/not-found`, `request/idempotency` */
  change(
    asked: Asked,
    request: { readonly changes: ChangesRequest['changes']; readonly once: Once },
  ): Promise<ChangesReply>;
  /** Who read or wrote, the latest first. @throws `auth/scope`, `request/not-found` */
  audit(asked: Asked): Promise<AuditReply>;
  /**
   * A ticket for the live channel, for somebody who acts for the customer: it hears when something of its collections
   * has changed, and reads again. @throws `auth/scope`, `request/not-found`
   */
  live(asked: Asked): Promise<LiveReply>;
};

/** All that is kept of a customer. */
const maxAudit = 1_000;

export const createRest = ({
  store,
  clock,
  ids,
  sites,
  tickets,
  announce,
}: {
  store: Store;
  clock: Pick<Clock, 'now'>;
  ids: Ids;
  sites: Readonly<Record<string, SiteRules>>;
  tickets(): Promise<TicketCodec>;
  announce(news: SpaceNews): void;
}): Rest => {
  const spaceOf = (site: string, customer: string) => spaceKey({ site, id: customerSpaceId(ids, { site, customer }) });

  const rulesOf = ({ by }: Asked): SiteRules => {
    const rules = sites[by.site];
    if (!rules) throw new RelevoError('site/unknown');
    return rules;
  };

  const actorOf = ({ by, actor }: Asked): string =>
    by.kind === 'customer' ? 'customer' : by.kind === 'key' ? (actor ?? by.actor) : by.actor;

  const note = (
    tx: WriteTx,
    asked: Asked,
    access: Pick<AuditRow, 'act' | 'collections'> & { readonly space: string },
  ) =>
    noteAccess(tx, access.space, {
      act: access.act,
      collections: access.collections,
      actor: actorOf(asked),
      channel: asked.channel,
      nowMs: clock.now(),
      id: ids.random(),
    });

  /** An agent that tries what it may not is seen by the customer who it acts for. */
  const refuse = async (asked: Asked, collections: readonly string[], error: RelevoError): Promise<never> => {
    const { by } = asked;
    if (by.kind === 'agent') {
      const space = spaceOf(by.site, by.customer);
      await store.write(async (tx) => {
        if (await tx.space(space)) await note(tx, asked, { space, act: 'refused', collections });
      });
    }
    throw error;
  };

  const admit = async (asked: Asked, collections: readonly string[]): Promise<void> => {
    const { by, customer } = asked;
    if (by.kind === 'key') return;
    if (customer !== by.customer) return refuse(asked, collections, new RelevoError('request/not-found'));
    const isAllowed = by.kind === 'agent' && collections.every((name) => by.collections.has(name) && isForAgents(name));
    if (!isAllowed) await refuse(asked, collections, new RelevoError('auth/scope'));
  };

  return {
    async read(asked, collection) {
      const rules = rulesOf(asked);
      if (!isKey(collection) || isKeptForLater(collection)) throw new RelevoError('request/not-found');
      await admit(asked, [collection]);
      const { by, customer } = asked;
      const space = spaceOf(by.site, customer);
      // A store that cannot write it down does not give it out either.
      return store.write(async (tx) => {
        const row = await tx.space(space);
        if (!row) return { customer, collection, version: 0, entries: [] };
        await note(tx, asked, { space, act: 'read', collections: [collection] });
        const { kind } = collectionShape(collection, rules.collections);
        const entries = entriesView(kind, await tx.entries(space, collection));
        return { customer, collection, version: row.version, entries };
      });
    },
    async change(asked, { changes, once }) {
      const rules = rulesOf(asked);
      const collections = [...new Set(changes.map(({ collection }) => collection))];
      await admit(asked, collections);
      const { by, customer, channel } = asked;
      const { site } = by;
      const id = spaceOf(site, customer);
      const apply = async (tx: WriteTx) => {
        const before = (await tx.space(id)) ?? emptySpace({ id, site, kind: 'customer', secret: null });
        const space = openSpace(tx, { row: before, site: rules, nowMs: clock.now() });
        const actor = actorOf(asked);
        // Not of each actor: a till may name another one with every request, and each replica stays in the lines.
        const name = `${site} ${by.kind === 'key' ? `key ${by.actor}` : by.kind}`;
        const writer = { name, actor, channel, isServer: by.kind === 'key' };
        const request = { request: `${site} ${once.key}`, version: before.version };
        const results = await applyChannelChanges(space, changes, { ...writer, ...request, ids });
        await note(tx, asked, { space: id, act: 'write', collections });
        const { row, changed } = await space.finish();
        const news = { before: before.version, row, rows: changed, incarnation: await incarnationOf(tx) };
        return { reply: { version: row.version, results }, news };
      };
      const done = await store.write((tx) => answerOnce(tx, { site, once, nowMs: clock.now() }, () => apply(tx)));
      if (done.news) announce(done.news);
      return done.reply;
    },
    async live(asked) {
      const { by, customer } = asked;
      rulesOf(asked);
      if (by.kind !== 'agent') throw new RelevoError('auth/scope');
      const only = [...by.collections].filter(isForAgents);
      await admit(asked, only);
      const { site, expiresAtMs: tokenEndsMs } = by;
      if (only.length === 0) return refuse(asked, [...by.collections], new RelevoError('auth/scope'));
      const space = spaceOf(site, customer);
      await store.write(async (tx) => {
        if (await tx.space(space)) await note(tx, asked, { space, act: 'read', collections: only });
      });
      // No device of the customer's is called so: theirs have no space in their names.
      const device = `agent ${by.actor}`;
      const made = { nonce: ids.random(), site, space, device, madeAtMs: clock.now(), tokenEndsMs, only };
      return { ticket: (await tickets()).write(made) };
    },
    async audit(asked) {
      const { by, customer } = asked;
      rulesOf(asked);
      if (by.kind === 'agent') await refuse(asked, ['audit'], new RelevoError('auth/scope'));
      if (by.kind === 'customer' && by.customer !== customer) throw new RelevoError('request/not-found');
      const space = spaceOf(by.site, customer);
      return store.write(async (tx) => {
        const rows = await tx.audit(space, { limit: maxAudit });
        if (by.kind === 'key' && (await tx.space(space)))
          await note(tx, asked, { space, act: 'read', collections: ['audit'] });
        return { entries: rows.map(({ id: _, ...row }) => ({ ...row, collections: [...row.collections] })) };
      });
    },
  };
};

/** What a customer has consented to is theirs alone to say, and what they pay for or have merged is no agent's to see. */
const isForAgents = (collection: string): boolean =>
  collection !== 'consent' && !isOfServer(collection) && !isKeptForLater(collection);
