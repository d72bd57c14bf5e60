import { collectionShape, isKeptForLater } from '../core/collection.ts';
import { isKey } from '../core/key.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { AuditReply, ChangesReply, ChangesRequest, EntriesReply, LiveReply } from '../protocol/rest.ts';
import { type Asked, actorOf, channelOf, createChannelAccess, isForAgents } from './channel-access.ts';
import { emptySpace } from './identity.ts';
import { incarnationOf } from './incarnation.ts';
import { answerOnce, type Once } from './once.ts';
import type { Clock, Ids } from './ports.ts';
import { applyChannelChanges } from './rest-changes.ts';
import { entriesView } from './rest-view.ts';
import type { SiteRules } from './site.ts';
import type { SpaceNews } from './space-news.ts';
import { openSpace } from './space-writer.ts';
import type { Store, WriteTx } from './store.ts';
import type { AuditRow } from './store-channels.ts';
import type { TicketCodec } from './tickets.ts';

/** A customer's state for other channels. Whoever reads or writes is written down in the same transaction. */
export type Rest = {
  /** @throws `auth/scope`, `auth/expired`, `request/not-found` */
  read(asked: Asked, collection: string): Promise<EntriesReply>;
  /** @throws `auth/scope`, `auth/expired`, `request/not-found`, `request/idempotency` */
  change(
    asked: Asked,
    request: { readonly changes: ChangesRequest['changes']; readonly once: Once },
  ): Promise<ChangesReply>;
  /**
   * Who read or wrote, the latest first, 100 at a time; `before` is what the page before said of the next one.
   * @throws `auth/scope`, `auth/expired`, `request/not-found`, `request/malformed`
   */
  audit(asked: Asked, page?: { readonly before?: string | undefined }): Promise<AuditReply>;
  /**
   * A ticket for the live channel, for somebody who acts for the customer: it hears when something of its collections
   * has changed, and reads again. @throws `auth/scope`, `auth/expired`, `request/not-found`
   */
  live(asked: Asked): Promise<LiveReply>;
};

const auditPage = 100;

export const createRest = ({
  tickets,
  announce,
  ...options
}: {
  store: Store;
  clock: Pick<Clock, 'now'>;
  ids: Ids;
  sites: Readonly<Record<string, SiteRules>>;
  tickets(): Promise<TicketCodec>;
  announce(news: SpaceNews): void;
}): Rest => {
  const { store, clock, ids } = options;
  const { rulesOf, spaceOf, admit, refuse, note } = createChannelAccess(options);

  return {
    async read(asked, collection) {
      const rules = rulesOf(asked);
      if (!isKey(collection) || isKeptForLater(collection))
        return refuse(asked, [collection], new RelevoError('request/not-found'));
      await admit(asked, [collection]);
      const { customer } = asked;
      const space = spaceOf(asked);
      // A store that cannot write it down does not give it out either.
      return store.write(async (tx) => {
        await note(tx, asked, { act: 'read', collections: [collection] });
        const row = await tx.space(space);
        if (!row) return { customer, collection, version: 0, entries: [] };
        const { kind } = collectionShape(collection, rules.collections);
        const entries = entriesView(kind, await tx.entries(space, collection));
        return { customer, collection, version: row.version, entries };
      });
    },
    async change(asked, { changes, once }) {
      const rules = rulesOf(asked);
      const collections = [...new Set(changes.map(({ collection }) => collection))];
      await admit(asked, collections);
      const { by } = asked;
      const { site } = by;
      const id = spaceOf(asked);
      const apply = async (tx: WriteTx) => {
        const before = (await tx.space(id)) ?? emptySpace({ id, site, kind: 'customer', secret: null });
        const space = openSpace(tx, { row: before, site: rules, nowMs: clock.now() });
        // Not of each actor: a till may name another one with every request, and each replica stays in the lines.
        const name = `${site} ${by.kind === 'key' ? `key ${by.actor}` : by.kind}`;
        const writer = { name, actor: actorOf(asked), channel: channelOf(asked), isServer: by.kind === 'key' };
        const request = { request: `${site} ${once.key}`, version: before.version };
        const results = await applyChannelChanges(space, changes, { ...writer, ...request, ids });
        const { row, changed } = await space.finish();
        await note(tx, asked, { act: 'write', collections });
        const news = { before: before.version, row, rows: changed, incarnation: await incarnationOf(tx) };
        return { reply: { version: row.version, results }, news };
      };
      const done = await store.write((tx) => answerOnce(tx, { site, once, nowMs: clock.now() }, () => apply(tx)));
      if (done.news) announce(done.news);
      return done.reply;
    },
    async live(asked) {
      const { by } = asked;
      rulesOf(asked);
      if (by.kind !== 'agent') throw new RelevoError('auth/scope');
      const only = [...by.collections].filter(isForAgents);
      await admit(asked, only);
      const { site, expiresAtMs: tokenEndsMs } = by;
      if (only.length === 0) return refuse(asked, [...by.collections], new RelevoError('auth/scope'));
      await store.write((tx) => note(tx, asked, { act: 'read', collections: only }));
      // No device of the customer's is called so: theirs have no space in their names.
      const device = `agent ${by.actor}`;
      const space = spaceOf(asked);
      const made = { nonce: ids.random(), site, space, device, madeAtMs: clock.now(), tokenEndsMs, only };
      return { ticket: (await tickets()).write(made) };
    },
    async audit(asked, { before } = {}) {
      const { by, customer } = asked;
      rulesOf(asked);
      if (by.kind === 'agent') await admit(asked, ['audit']);
      if (by.kind === 'customer' && by.customer !== customer) throw new RelevoError('request/not-found');
      const from = before === undefined ? undefined : parsePlace(before);
      return store.write(async (tx) => {
        const rows = await tx.audit(spaceOf(asked), { before: from, limit: auditPage + 1 });
        await note(tx, asked, { act: 'read', collections: ['audit'] });
        const shown = rows.slice(0, auditPage);
        const last = shown.at(-1);
        return {
          entries: shown.map(({ id: _, shelf: __, ...row }) => ({ ...row, collections: [...row.collections] })),
          ...(last && rows.length > auditPage ? { next: `${last.at}.${last.id}` } : {}),
        };
      });
    },
  };
};

const parsePlace = (text: string): Pick<AuditRow, 'at' | 'id'> => {
  const [, at, id] = /^(\d{1,15})\.(\d{6}-[A-Za-z0-9_-]{1,64})$/.exec(text) ?? [];
  if (at === undefined || id === undefined)
    throw new RelevoError('request/malformed', { detail: 'before: what `next` of another answer says.' });
  return { at: Number(at), id };
};
