import type { SpaceWriter } from './space-writer.ts';

/** Keeps the newest views of a space: without a limit a customer's history would grow for ever. */
export const evictViews = async (space: SpaceWriter): Promise<void> => {
  const touched = space.changed('browsing');
  const fresh = touched.filter(({ isNew }) => isNew).length;
  if (fresh === 0) return;
  const excess = (await space.tx.countEntries(space.id, 'browsing')) + fresh - space.site.limits.maxViews;
  if (excess <= 0) return;
  const touchedKeys = new Set(touched.map(({ key }) => key));
  const stored = await space.tx.oldestEntries(space.id, 'browsing', excess + touched.length);
  const oldest = [...stored.filter(({ key }) => !touchedKeys.has(key)), ...touched]
    .sort((a, b) => a.wall - b.wall || (a.key < b.key ? -1 : 1))
    .slice(0, excess);
  for (const { key } of oldest) await space.remove('browsing', key);
};
