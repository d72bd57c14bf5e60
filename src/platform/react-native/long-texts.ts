import { all, andThen } from './later.ts';
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
  /** Keys whose text is in parts, or whose former one was: their head is read before it is replaced. */
  const parted = new Set<string>();

  const partKey = (key: string, slot: number, part: number) => `${key}/${slot}/${part}`;

  const headOf = (raw: unknown): Head | undefined => {
    const match = typeof raw === 'string' ? /^(\d+)\.([01])\.(\d+)\.(\d+):/.exec(raw) : null;
    if (!match) return undefined;
    if (Number(match[1]) !== format)
      throw Object.assign(new Error('A newer Relevo wrote this storage.'), { name: 'VersionError' });
    return {
      slot: Number(match[2]),
      parts: Number(match[3]),
      stale: Number(match[4]),
      rest: (raw as string).slice(match[0].length),
    };
  };

  const read = async (key: string): Promise<FoundText> => {
    const raw = await storage.getItem(key);
    if (raw === null || raw === undefined) return {};
    const head = headOf(raw);
    if (!head) return { damaged: true };
    if (head.parts || head.stale) parted.add(key);
    if (!head.parts) return { text: head.rest };
    const places = Array.from({ length: head.parts }, (_, part) => partKey(key, head.slot, part));
    const text = (await Promise.all(places.map((place) => storage.getItem(place)))).join('');
    return text.length === Number(head.rest) ? { text } : { damaged: true };
  };

  const textUnder = ({ slot, parts, stale, rest }: Head): string =>
    `${format}.${slot}.${parts}.${stale}:${rest}`.padEnd(minLength);

  const writeLong = (key: string, text: string): Later<void> =>
    andThen(storage.getItem(key), (raw) => {
      const old = headOf(raw) ?? { slot: 0, parts: 0, stale: 0 };
      const slot = 1 - old.slot;
      const chunks = text.length > maxPartLength ? chunksOf(text, maxPartLength) : [];
      const parts = chunks.length;
      const calls = Array.from({ length: Math.max(parts, old.stale) }, (_, part) => () => {
        const [place, chunk] = [partKey(key, slot, part), chunks[part]];
        return chunk === undefined ? storage.removeItem(place) : storage.setItem(place, chunk);
      });
      parted.add(key);
      return andThen(all(calls), () => {
        const head = textUnder({ slot, parts, stale: old.parts, rest: parts ? `${text.length}` : text });
        return andThen(storage.setItem(key, head), () => {
          if (!parts && !old.parts) parted.delete(key);
        });
      });
    });

  const remove = async (keys: readonly string[]): Promise<void> => {
    const places = await Promise.all(keys.map(partsOf));
    const gone = [...keys, ...places.flat()];
    await all(
      storage.multiRemove ? [() => storage.multiRemove?.(gone)] : gone.map((key) => () => storage.removeItem(key)),
    );
  };

  /** Found by looking: the head may be what is damaged. */
  const partsOf = async (key: string): Promise<string[]> => {
    const found: string[] = [];
    for (const slot of [0, 1])
      for (let part = 0; ; part++) {
        const place = partKey(key, slot, part);
        const raw = await storage.getItem(place);
        if (raw === null || raw === undefined) break;
        found.push(place);
      }
    return found;
  };

  return {
    read,
    /** Writes each text whole; one may be there without another. Fails when any of them did. */
    write(texts: readonly (readonly [key: string, text: string])[]): Later<void> {
      const calls: (() => Later<unknown>)[] = [];
      const pairs: [string, string][] = [];
      for (const [key, text] of texts) {
        if (parted.has(key) || text.length > maxPartLength) calls.push(() => writeLong(key, text));
        else pairs.push([key, textUnder({ slot: 0, parts: 0, stale: 0, rest: text })]);
      }
      if (storage.multiSet && pairs.length > 1) calls.push(() => storage.multiSet?.(pairs));
      else for (const [key, raw] of pairs) calls.push(() => storage.setItem(key, raw));
      return all(calls);
    },
    remove,
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
