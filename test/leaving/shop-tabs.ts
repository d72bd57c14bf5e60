import type { Relevo } from '../../src/client/api.ts';
import type { VirtualPage } from '../../src/testing/virtual-device.ts';
import { createVirtualDisk, type DiskUser } from '../../src/testing/virtual-disk.ts';
import type { World } from '../../src/testing/virtual-world.ts';
import type { SignOutPlan } from './sign-out-plan.ts';

export type Tab = { readonly page: VirtualPage; readonly user: DiskUser };

/** What a page answers when it is asked for a token: that, that nobody is here, or that it is not known yet. */
type Answer = string | null | undefined;

export type ShopTabs = ReturnType<typeof createShopTabs>;

/** Tabs of a shop on one device: a disk that they share, what they send, and what they hear of each other how late. */
export const createShopTabs = (
  world: World,
  { kind, tabs: count, tabsMs, answerMs }: Pick<SignOutPlan, 'kind' | 'tabs' | 'tabsMs' | 'answerMs'>,
) => {
  const { clock, random } = world;
  const disk = createVirtualDisk({ clock, random });
  const asked: { readonly atMs: number; readonly body: string; isOpen: boolean }[] = [];
  const shop: { answer: Answer; delayMs: number } = { answer: null, delayMs: 0 };
  let user: DiskUser = { isAlive: () => false, kill: () => {} };
  let listening: DiskUser | undefined;
  let deafUntilMs = 0;

  const { device, line } = world.device(
    { consent: { personalization: 'granted' }, device: { kind } },
    (ports, page) => {
      const own: DiskUser = { isAlive: page.isAlive, kill: () => page.kill() };
      user = own;
      const waitMs = () => {
        const lateMs = tabsMs && random.below(tabsMs);
        return own === listening ? lateMs : Math.max(lateMs, deafUntilMs - clock.now());
      };
      return {
        ...ports,
        openStore: () => disk.open(own),
        transport: {
          ...ports.transport,
          post(path, body, how) {
            if (!own.isAlive()) return new Promise(() => {});
            const one = { atMs: clock.now(), body, isOpen: true };
            asked.push(one);
            return ports.transport.post(path, body, how).finally(() => {
              one.isOpen = false;
            });
          },
          beacon(path, body) {
            if (!own.isAlive()) return;
            asked.push({ atMs: clock.now(), body, isOpen: false });
            ports.transport.beacon(path, body);
          },
        },
        tabs: {
          ...ports.tabs,
          subscribe: (listener) =>
            ports.tabs.subscribe((message) => {
              const ms = waitMs();
              if (ms) clock.timer(ms, () => own.isAlive() && listener(message));
              else listener(message);
            }),
        },
      };
    },
  );

  const getToken = async () => {
    const { answer, delayMs } = shop;
    if (delayMs) await new Promise<void>((done) => void clock.timer(delayMs, done));
    return answer;
  };
  const open = (): Tab => {
    const page = device.open(answerMs === undefined ? {} : { getToken });
    return { page, user };
  };
  const tabs: Tab[] = Array.from({ length: count }, open);
  const alive = () => tabs.filter((tab) => tab.user.isAlive());

  return {
    disk,
    marker: device.marker,
    line,
    /** Every request so far, also of tabs that are gone, and whether it has no answer yet. */
    asked,
    tabs,
    alive,
    at: (place: number): Tab => tabs[place % count] as Tab,
    first: (): Relevo => (alive()[0] as Tab).page.relevo,
    /** What all pages answer from now on, and after how long. */
    answers(answer: Answer, delayMs = 0) {
      Object.assign(shop, { answer, delayMs });
    },
    /** All tabs but that one hear nothing of the others for so long. */
    deafen(ms: number, except: Tab) {
      deafUntilMs = clock.now() + ms;
      listening = except.user;
    },
    /** Tabs whose process has ended are opened anew. */
    reopen() {
      for (const [place, tab] of tabs.entries()) if (!tab.user.isAlive()) tabs[place] = open();
    },
    hasStore: () => alive().every(({ page }) => page.relevo.status.storage !== 'memory'),
  };
};
