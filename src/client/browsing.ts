import { idToKey, isText } from '../core/key.ts';
import { limits } from '../core/limits.ts';
import type { Register } from '../core/register.ts';
import { RelevoError } from '../core/relevo-error.ts';
import type { Browsing, Change, RecentView, ViewItem } from './api.ts';
import { createKeeper, keepList } from './keeper.ts';
import type { Shown } from './model.ts';
import type { Config } from './options.ts';
import type { Ids } from './ports.ts';
import { putOver } from './registers.ts';
import type { Write } from './writer.ts';

const done = Promise.resolve();

/** What was looked at: one entry a thing, its latest view. */
export const createBrowsing = ({
  ids,
  config,
  model,
  write,
}: {
  ids: Ids;
  config: Config;
  model: Shown;
  write: Write;
}): Browsing => {
  // At a device that many use there is no history, neither of here nor of elsewhere.
  const isKiosk = config.deviceKind === 'kiosk';
  let pauses = Number(isKiosk);
  // Those of the views as they are, and those of the views before, for the lists that stay the same.
  let slices = new Map<string, readonly RecentView[]>();
  let before = slices;
  let sliced: readonly RecentView[] = [];

  const all = model.memo('browsing', () => {
    const keep = createKeeper<RecentView>();
    return () => {
      if (isKiosk) return [];
      const views = new Map<string, RecentView>();
      for (const [key, [, state]] of model.rows.get('browsing') ?? []) {
        const { v, h } = state as unknown as Register;
        if (v) views.set(key, { ...(v as unknown as ViewItem), key, viewedAt: h[0] });
      }
      for (const { entry } of model.pending) {
        if (entry.c !== 'browsing' || entry.x.t !== 'put') continue;
        views.delete(entry.k);
        if (entry.x.v) views.set(entry.k, { ...(entry.x.v as unknown as ViewItem), key: entry.k, viewedAt: entry.w });
      }
      const newest = [...views].sort(([, a], [, b]) => b.viewedAt - a.viewedAt || (a.key < b.key ? -1 : 1));
      return keep(newest.slice(0, limits.maxViews)).map(([, view]) => view);
    };
  });

  const keyOf = (kind: string, id: string) => idToKey(ids.sha256, `${kind}:${id}`);

  const put = (key: string, v: ViewItem | null): Change =>
    write('browsing', key, putOver(model.row('browsing', key)?.[1], v));

  return {
    view(item) {
      const { kind, id, title, url, image, price } = item ?? {};
      if (!isText(kind) || !isText(id))
        throw new RelevoError('change/bad-value', { detail: 'A view has a `kind` and an `id`.' });
      const key = keyOf(kind, id);
      if (pauses) return { key, saved: done, synced: done };
      const value = Object.fromEntries(
        Object.entries({ kind, id, title, url, image, price }).filter(([, part]) => part != null),
      );
      return put(key, value as unknown as ViewItem);
    },
    recent({ kind, limit = limits.maxViews } = {}) {
      const views = all();
      if (views !== sliced) [sliced, before, slices] = [views, slices, new Map()];
      const name = `${limit}/${kind ?? ''}`;
      const known = slices.get(name);
      if (known) return known;
      const next = views.filter((view) => !kind || view.kind === kind).slice(0, limit);
      const list = keepList(before.get(name), next);
      slices.set(name, list);
      return list;
    },
    remove: (id, kind = 'product') => put(keyOf(kind, id), null),
    clear: () => all().map(({ key }) => put(key, null)),
    pause() {
      let isOver = false;
      pauses++;
      return () => {
        if (!isOver) pauses--;
        isOver = true;
      };
    },
    subscribe: (listener) => model.subscribe('browsing', listener),
  };
};
