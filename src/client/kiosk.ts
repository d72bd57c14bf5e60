import type { SignOutResult } from './api.ts';
import type { Events } from './events.ts';
import { createIdle } from './idle.ts';
import type { Partition } from './partition.ts';
import type { Clock, Signal, Signals, Tabs } from './ports.ts';
import type { Tokens } from './tokens.ts';

/** Other tabs are told so often that somebody is there. */
const tellMs = 1_000;

export type Kiosk = ReturnType<typeof createKiosk>;

/**
 * A device that many use one after the other, none of whom may find anything of another. Who does nothing for a while is
 * seen off, guest or customer. Tabs keep nothing that they could share: they tell each other when somebody acts, and when
 * somebody left.
 */
export const createKiosk = ({
  clock,
  tabs,
  signals,
  idleMs,
  events,
  partition,
  tokens,
  leave,
  check,
}: {
  clock: Clock;
  tabs: Tabs;
  signals: Signals;
  idleMs: number;
  events: Events;
  partition: Partition;
  tokens: Tokens;
  /** Signs out whoever is here; what shows is gone when it returns. */
  leave(how?: { unsynced?: 'flush' | 'ask' | 'drop' }): Promise<SignOutResult>;
  /** Asks the page who is here. */
  check(): Promise<void>;
}) => {
  let toldMs = Number.NEGATIVE_INFINITY;
  /** What a page does as it is told is nobody's act: else its own countdown would end itself. */
  let isTelling = false;

  const tell = (endsInMs: number | null) => {
    isTelling = true;
    events.emit('idle', { endsInMs });
    isTelling = false;
  };

  const goes = (): Promise<unknown> => {
    idle.rest();
    return leave().catch(() => {});
  };

  /** Nobody is signed in by a session of the shop that goes on. */
  const goesForGood = () => {
    tokens.doubt();
    void goes();
  };

  const idle = createIdle({
    clock,
    idleMs,
    on: {
      left: tell,
      end() {
        goesForGood();
        tabs.post('left');
        tell(0);
      },
    },
  });

  const act = () => {
    if (isTelling) return;
    idle.act();
    if (clock.monotonic() - toldMs < tellMs) return;
    toldMs = clock.monotonic();
    tabs.post('act');
  };

  /** It was kept for the back button: somebody else may have come and gone meanwhile, and no tab could say so. */
  const restart = () => {
    idle.ends();
    const { customer } = partition.device;
    void goes().then(() => {
      // Who is still signed in with the shop is shown again, unless their time was up.
      tokens.allow(customer?.sub);
      return check();
    });
  };

  const offActs = signals.acts?.(act);
  const offSignIn = events.on('signin', act);

  return {
    /** Somebody is there: a touch, a key, a write of the page. */
    act,
    hear(message: unknown) {
      const isHere = idle.isOn;
      // They may have acted again since, which is not told.
      if (message === 'act' && isHere && !idle.ends()) idle.act(tellMs);
      if (message !== 'left') return;
      goesForGood();
      if (isHere) tell(0);
    },
    onSignal(signal: Signal) {
      if (signal === 'pageshow' && partition.device) restart();
      else if (signal !== 'pagehide') idle.look();
    },
    async signOut(how?: { unsynced?: 'flush' | 'ask' | 'drop' }): Promise<SignOutResult> {
      const leaving = leave(how);
      // Whoever asks first is still here.
      if (how?.unsynced === 'ask') await leaving;
      idle.rest();
      tokens.doubt();
      tabs.post('left');
      return leaving;
    },
    stop() {
      idle.rest();
      offActs?.();
      offSignIn();
    },
  };
};
