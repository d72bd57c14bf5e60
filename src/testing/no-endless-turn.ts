import type { Store } from '../client/ports.ts';

/** No page does as much in one moment. */
const most = 1_000;

/** A page that goes to its store over and over while no time passes would stop the history: `onEndless` is called, and it waits for ever. */
export const withoutEndlessTurn = (now: () => number, onEndless: () => void) => {
  let [atMs, turns] = [0, 0];
  const turn = <T>(body: () => Promise<T>): Promise<T> => {
    if (now() !== atMs) [atMs, turns] = [now(), 0];
    if (++turns < most) return body();
    if (turns === most) onEndless();
    return new Promise(() => {});
  };
  return (store: Store): Store => ({
    ...store,
    read: (body) => turn(() => store.read(body)),
    write: (body, options) => turn(() => store.write(body, options)),
  });
};
