import { equal, errorOf, get, list, put } from '../../contracts/store/harness.ts';
import { type IdbCase, type IdbHarness, idbHarness } from '../../contracts/store/idb-harness.ts';

/** A page whose own opens all fail as WebKit's do after its network process died. */
export const frameHarness = (): IdbHarness => {
  const harness = idbHarness();
  harness.faults.failOpens(Number.POSITIVE_INFINITY, 'UnknownError');
  return harness;
};

/** Resolves when the page has no frame any more. */
const allFramesGone = (): Promise<void> =>
  new Promise((resolve) => {
    const look = () => {
      if (frames()) return;
      watch.disconnect();
      resolve();
    };
    const watch = new MutationObserver(look);
    watch.observe(document, { childList: true, subtree: true });
    look();
  });

const frames = (): number => document.querySelectorAll('iframe').length;

/** The way round a dead database server: a frame of the page's own origin. */
export const frameCases: readonly IdbCase[] = [
  {
    name: 'an open that fails in the page succeeds in a hidden frame, which goes with the store',
    async run({ open }) {
      const store = await open();
      await put(store, [['a'], 1]);
      const frame = document.querySelector('iframe');
      equal([frames(), frame?.hidden, frame?.getAttribute('src'), await get(store, ['a'])], [1, true, null, 1]);
      store.close();
      await allFramesGone();
    },
  },
  {
    name: 'a store that loses its frame makes another one and replays',
    async run({ open }) {
      const store = await open();
      await put(store, [['a'], 1]);
      document.querySelector('iframe')?.remove();
      await put(store, [['b'], 2]);
      equal(
        [frames(), await list(store)],
        [
          1,
          [
            [['a'], 1],
            [['b'], 2],
          ],
        ],
      );
    },
  },
  {
    name: 'a store that loses its connection later goes on in a frame with what it had',
    async run({ open, faults }) {
      faults.failOpens(0, '');
      const store = await open();
      await put(store, [['a'], 1]);
      equal(frames(), 0);
      faults.failOpens(Number.POSITIVE_INFINITY, 'UnknownError');
      faults.closeBeneath();
      await put(store, [['b'], 2]);
      equal([frames(), (await list(store)).length], [1, 2]);
    },
  },
  {
    name: 'a store that is closed while it makes a frame leaves none behind',
    async run({ open, faults }) {
      faults.failOpens(0, '');
      const store = await open();
      faults.failOpens(Number.POSITIVE_INFINITY, 'UnknownError');
      faults.closeBeneath();
      const write = errorOf(put(store, [['a'], 1]));
      await Promise.resolve();
      store.close();
      equal(((await write) as Error).name, 'InvalidStateError');
      await allFramesGone();
    },
  },
  {
    name: 'an open that is denied for another reason makes no frame',
    async run({ open, faults }) {
      faults.failOpens(1, 'SecurityError');
      equal([((await errorOf(open())) as Error).name, frames()], ['SecurityError', 0]);
    },
  },
];
