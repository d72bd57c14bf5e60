import { all, andThen, inTurn, settled } from './later.ts';
import { manyKeys } from './many-keys.ts';
import type { KeyValueLike, Later } from './shapes.ts';

/**
 * iOS keeps texts of up to 1,024 units inside one manifest and longer ones in files; on the way from a
 * file to the manifest it deletes the file first. A text that is never that short never makes the way.
 * https://github.com/react-native-async-storage/async-storage/blob/v2.2.0/packages/default-storage/ios/RNCAsyncStorage.mm
 */
const minLength = 1_025;

const format = 1;

/** Parts of the text in use, in one of two places; `stale` of the text before may still be in the other. */
type Head = { readonly slot: number; readonly parts: number; readonly stale: number; readonly rest: string };

/** What was found under a key; `damaged` when it is nothing that was ever written whole. */
export type FoundText = { readonly text?: string; readonly damaged?: true };

/**
 * Texts of any length in a storage whose rows have a limit. A long one lies in parts beside its key, and
 * the key says where: it is written last, so a reader finds the old text or the new one, never a mixture.
 *
 * @param storage Shaped like AsyncStorage; its keys are those given here and others below them.
 * @param maxPartLength The longest text written under one key, in UTF-16 units.
 */
export const longTexts = (storage: KeyValueLike, maxPartLength: number) => {
  const many = manyKeys(storage);
  /** Keys whose text is in parts, or whose former one was: their head is read before it is replaced. */
  const parted = new Set<string>();

  const partKey = (key: string, slot: number, part: number) => `${key}/${slot}/${part}`;

  const placesOf = (key: string, slot: number, { from, to }: { from: number; to: number }): string[] =>
    Array.from({ length: Math.max(0, to - from) }, (_, at) => partKey(key, slot, from + at));

  const headOf = (raw: unknown): Head | undefined => {
    const match = typeof raw === 'string' ? /^(\d+)\.([01])\.(\d+)\.(\d+):/.exec(raw) : null;
    if (!match) return undefined;
    if (Number(match[1]) !== format)
      throw Object.assign(new Error('A newer Relevo wrote this storage; update the app.'), { name: 'VersionError' });
    return {
      slot: Number(match[2]),
      parts: Number(match[3]),
      stale: Number(match[4]),
      rest: (raw as string).slice(match[0].length),
    };
  };

  const foundUnder = async (key: string, raw: string | null | undefined): Promise<FoundText> => {
    if (raw === null || raw === undefined) return {};
    const head = headOf(raw);
    if (!head) return { damaged: true };
    if (head.parts || head.stale) parted.add(key);
    if (!head.parts) return { text: head.rest };
    const places = placesOf(key, head.slot, { from: 0, to: head.parts });
    const parts = await many.get(places);
    const text = places.map((place) => parts.get(place)).join('');
    return text.length === Number(head.rest) ? { text } : { damaged: true };
  };

  const textUnder = ({ slot, parts, stale, rest }: Head): string =>
    `${format}.${slot}.${parts}.${stale}:${rest}`.padEnd(minLength);

  /** From the last to the first, so that a kill leaves no hole, behind which `partsOf` would find nothing. */
  const removeParts = (places: readonly string[]): Later<unknown> =>
    inTurn([...places].reverse().map((place) => () => storage.removeItem(place)));

  const writeLong = (key: string, text: string): Later<void> =>
    andThen(storage.getItem(key), (raw) => {
      const old = headOf(raw) ?? { slot: 0, parts: 0, stale: 0 };
      const slot = 1 - old.slot;
      const chunks = text.length > maxPartLength ? chunksOf(text, maxPartLength) : [];
      const parts = chunks.length;
      const head = textUnder({ slot, parts, stale: old.parts, rest: parts ? `${text.length}` : text });
      parted.add(key);
      const done = inTurn([
        ...chunks.map((chunk, part) => () => storage.setItem(partKey(key, slot, part), chunk)),
        () => removeParts(placesOf(key, slot, { from: parts, to: old.stale })),
        () => storage.setItem(key, head),
        () => settled(() => removeParts(placesOf(key, old.slot, { from: 0, to: old.parts }))),
      ]);
      return andThen(done, () => {
        if (!parts && !old.parts) parted.delete(key);
      });
    });

  const remove = async (keys: readonly string[]): Promise<void> => {
    const places = await Promise.all(keys.map((key) => partsOf(key, () => 0)));
    await all(many.removing([...keys, ...places.flat()]));
    for (const key of keys) parted.delete(key);
  };

  /** Found by looking: the head may be what is damaged, or knows nothing of them. */
  const partsOf = async (key: string, firstIn: (slot: number) => number): Promise<string[]> => {
    const found: string[] = [];
    for (const slot of [0, 1])
      for (let part = firstIn(slot); ; part++) {
        const place = partKey(key, slot, part);
        const raw = await storage.getItem(place);
        if (raw === null || raw === undefined) break;
        found.push(place);
      }
    return found;
  };

  return {
    /** What is under each of these keys. */
    async read(keys: readonly string[]): Promise<FoundText[]> {
      const raws = await many.get(keys);
      return Promise.all(keys.map((key) => foundUnder(key, raws.get(key))));
    },
    /** Whether anything is under this key. */
    isThere: (key: string): Later<boolean> => andThen(storage.getItem(key), (raw) => raw !== null && raw !== undefined),
    /** Writes each text whole; one may be there without another. Fails when any of them did. */
    write(texts: readonly (readonly [key: string, text: string])[]): Later<void> {
      const calls: (() => Later<unknown>)[] = [];
      const pairs: [string, string][] = [];
      for (const [key, text] of texts) {
        if (parted.has(key) || text.length > maxPartLength) calls.push(() => writeLong(key, text));
        else pairs.push([key, textUnder({ slot: 0, parts: 0, stale: 0, rest: text })]);
      }
      return all([...calls, ...many.setting(pairs)]);
    },
    /** Removes these texts with all their parts, those of damaged ones too. */
    remove,
    /** Whether there are parts of this text, or of one that a kill cut off. */
    async hasParts(key: string): Promise<boolean> {
      const firsts = await many.get([0, 1].map((slot) => partKey(key, slot, 0)));
      return [...firsts.values()].some((raw) => typeof raw === 'string');
    },
    /** Removes parts of which the head does not know: a kill came after they were written and before it. */
    async removeStrays(key: string): Promise<void> {
      const head = headOf(await storage.getItem(key));
      await removeParts(await partsOf(key, (slot) => (slot === head?.slot ? head.parts : 0)));
    },
  };
};

/** Cut between characters: storages encode half a surrogate pair as something else. */
const chunksOf = (text: string, maxLength: number): string[] => {
  const chunks: string[] = [];
  for (let from = 0; from < text.length; ) {
    const end = from + maxLength;
    const isInPair = end < text.length && (text.charCodeAt(end) & 0xfc00) === 0xdc00;
    chunks.push(text.slice(from, isInPair ? end - 1 : end));
    from = isInPair ? end - 1 : end;
  }
  return chunks;
};
