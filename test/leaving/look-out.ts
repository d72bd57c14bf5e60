import type { Relevo } from '../../src/client/api.ts';
import type { VirtualClock } from '../../src/testing/virtual-clock.ts';
import type { ShopTabs, Tab } from './shop-tabs.ts';
import type { SignOutPlan } from './sign-out-plan.ts';

/** All that a page gives away. */
export const shownBy = ({ cart, browsing, preferences, identity, collection }: Relevo): string =>
  JSON.stringify([
    cart.lines,
    cart.parked,
    browsing.recent(),
    preferences.entries(),
    identity.current,
    collection('progress').entries(),
  ]);

/** Who a request is for, if not for a guest. */
export const tokenIn = (body: string): string | undefined => /"token":"world:(\w+)\./.exec(body)?.[1];

/** What Ana does is called so; nothing that is made up at random has a capital letter and this sign. */
export const canary = 'Ana~';

/** What one tab says is heard in another, and nothing of whoever left is in view there, after so long. */
export const hearMs = 100;

const around = (text: string): string => text.slice(Math.max(0, text.indexOf('Ana') - 150), text.indexOf('Ana') + 60);

/**
 * What must not be seen of Ana once she is told to leave: in the tab where she was at once, in others when they can have
 * heard; on the disk when `signOut()` has settled, and in no request after that.
 */
export const createLookOut = ({
  shop,
  clock,
  plan,
  fault,
}: {
  shop: ShopTabs;
  clock: VirtualClock;
  plan: SignOutPlan;
  fault(text: string): void;
}) => {
  let signer: Tab | undefined;
  let calledMs = Number.POSITIVE_INFINITY;
  let overMs = Number.POSITIVE_INFINITY;
  let isSettled = false;
  let seen = 0;
  let isInMemory = false;
  // A page that was killed, or whose store did not answer, cannot say to the next one that nothing is to be held.
  const mayHold = () => plan.kind === 'personal' && (plan.how !== 'drop' || plan.kill.startsWith('who') || isInMemory);

  const lookAtDisk = (when: string) => {
    const rows = shop.disk.rowsNow().filter(([key]) => !mayHold() || key[0] !== 'out');
    const text = JSON.stringify([rows, shop.marker.text]);
    if (text.includes(mayHold() ? canary : 'Ana')) fault(`${when} the device has something of hers: ${around(text)}`);
  };

  const look = () => {
    const nowMs = clock.now();
    const heardMs = calledMs + plan.deafMs + hearMs;
    for (const tab of shop.alive()) {
      if (nowMs >= (tab === signer ? calledMs : heardMs) && shownBy(tab.page.relevo).includes('Ana'))
        fault(`tab ${shop.tabs.indexOf(tab)} shows her`);
    }
    for (const { atMs, body } of shop.asked.slice(seen)) {
      const who = tokenIn(body);
      if (atMs > overMs && who === 'Ana') fault('a request with her token');
      if (who !== 'Ana' && body.includes('Ana')) fault(`a request of ${who ?? 'a guest'} with something of hers`);
    }
    seen = shop.asked.length;
    if (isSettled && shop.hasStore()) lookAtDisk('afterwards');
  };

  return {
    /** Something of hers may stay on the device, unreadable, until she is back. */
    get mayHold() {
      return mayHold();
    },
    /** The store gave way to memory while she was seen off: what other tabs had stored was out of reach. */
    get isInMemory() {
      return isInMemory;
    },
    get signer() {
      return signer;
    },
    /** Since she was told to leave. */
    get sinceMs() {
      return clock.now() - calledMs;
    },
    get isCalled() {
      return clock.now() >= calledMs;
    },
    called(tab: Tab) {
      signer = tab;
      calledMs = clock.now();
    },
    settled() {
      overMs = clock.now();
      isSettled = true;
      isInMemory = !shop.hasStore();
      look();
    },
    /** Whoever was seeing her off is gone: nothing is sent any more. */
    killed() {
      overMs = Math.min(overMs, clock.now() + hearMs);
    },
    /** She may come back. */
    end() {
      calledMs = overMs = Number.POSITIVE_INFINITY;
      isSettled = false;
    },
    lookAtDisk,
    look,
    /** Time goes on, and in each step it is looked. */
    async pass(ms: number, { stepMs = 20, isOver = (): boolean => false } = {}) {
      for (let left = ms; left > 0 && !isOver(); left -= stepMs) {
        await clock.pass(Math.min(left, stepMs));
        look();
      }
    },
  };
};
