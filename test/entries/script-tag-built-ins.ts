/**
 * Every built-in's members, by the identity of what they hold. Left out: what the page itself makes, storages (their
 * members are data) and jsdom's own notes.
 */
export const builtIns = (window: object): Map<string, unknown> => {
  const found = new Map<string, unknown>();
  for (const [name, { value, get, set }] of Object.entries(Object.getOwnPropertyDescriptors(window))) {
    if (/^relevo$|^dataLayer$|^page|Storage$|^_/.test(name)) continue;
    found.set(name, value ?? get ?? set);
    const holders = [value, (value as { prototype?: unknown } | undefined)?.prototype];
    for (const [i, holder] of holders.entries()) {
      if (!/^(object|function)$/.test(typeof holder) || holder === null || holder === window) continue;
      for (const [member, { value, get, set }] of Object.entries(Object.getOwnPropertyDescriptors(holder)))
        found.set(`${name}/${i}/${member}`, value ?? get ?? set);
    }
  }
  return found;
};

/** The names of members that are new, gone or another than before. */
export const differences = (before: Map<string, unknown>, after: Map<string, unknown>): string[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter(
    (name) => before.has(name) !== after.has(name) || !Object.is(before.get(name), after.get(name)),
  );
