import type { Relevo } from '../client/api.ts';
import type { Json } from '../core/json.ts';
import type { End } from './quiet.ts';
import type { SimDevice, SimTab } from './sim-device.ts';

type Shown = { readonly lines: Json; readonly parked: Json; readonly preferences: Json; readonly more: Json };

/** The script lets tokens end; a page without `getToken` then waits for somebody to sign in, which nobody here does. */
export const lacksToken = ({ spec }: SimDevice, { page }: SimTab): boolean =>
  !spec.hasToken && page.relevo.status.connection === 'needs-token';

/** Views that wait for consent are of one page only. */
const viewsOf = ({ status, browsing }: Relevo) =>
  Object.keys(status.held).length
    ? undefined
    : JSON.stringify(
        browsing
          .recent()
          .map(({ id, title }) => [id, title])
          .sort(),
      );

const shownBy = (relevo: Relevo): Shown => ({
  lines: relevo.cart.lines.map(({ key, quantity, title = '' }) => [key, quantity, title]).sort(),
  parked: relevo.cart.parked.map(({ key, quantity }) => [key, quantity]).sort(),
  preferences: [...relevo.preferences.entries()].map((entry) => [...entry]).sort(),
  more: [
    { ...relevo.identity.current.traits },
    ...['quiz', 'likes'].map((name) => [...relevo.collection<Json>(name).entries()].map((entry) => [...entry]).sort()),
  ],
});

/** Each page with its device. */
export const openTabs = (devices: readonly SimDevice[]): { device: SimDevice; tab: SimTab }[] =>
  devices.flatMap((device) => device.tabs.map((tab) => ({ device, tab })));

/** All pages of a customer show the same. */
export const checkEqual = (
  { devices, watch, ledger }: End,
  invariant: 'healed' | 'converged' | 'fresh',
  witnesses: ReadonlyMap<string, SimDevice> = new Map(),
) => {
  const first = new Map<string, { text: string; where: string }>();
  const everywhere = openTabs([...witnesses.values(), ...devices]);
  // The server keeps five live channels a customer; who has none polls.
  const hasLive = (who: string) =>
    everywhere.filter(({ tab }) => tab.page.relevo.identity.current.customerId === who).length <= 5;
  // A view that waits for consent leaves its page one exchange after a consent that the fault had held up.
  const heldUp = new Set(
    everywhere
      .filter(({ device }) => invariant === 'healed' && device.spec.consent === 'pending')
      .map(({ tab }) => tab.page.relevo.identity.current.customerId),
  );
  const views = new Map<string, string>();
  for (const { device, tab } of everywhere) {
    const { relevo } = tab.page;
    if (!relevo.status.isReady || lacksToken(device, tab)) continue;
    const { customerId, anonymousId } = relevo.identity.current;
    // A copy of a guest who did nothing yet asks the server for nothing.
    const who = customerId ?? `${anonymousId} of device ${device.index}`;
    const text = JSON.stringify(shownBy(relevo));
    const where = `device ${device.index}, tab ${device.tabs.indexOf(tab)}`;
    // 0.1.0 probes a dead channel for ten seconds, and a tab without a token may keep the channel.
    if (device.spec.sdk && (invariant !== 'converged' || device.state.isDeaf)) continue;
    if (customerId && ledger.spaceOf(customerId) === `pk_world/${device.state.hollow}`) continue;
    if (invariant === 'fresh' && !hasLive(who)) continue;
    // With 0.1.0 a page that ends while consent is withdrawn may have taken views from its own store alone.
    const isWithdrawn = !!device.spec.sdk && device.state.withdrawnAtMs >= 0;
    const mine = device.state.wasFull || isWithdrawn || heldUp.has(customerId) ? undefined : viewsOf(relevo);
    const theirs = views.get(who) ?? mine;
    if (mine !== undefined && theirs !== undefined) {
      views.set(who, theirs);
      watch.check(invariant, mine === theirs, () => `${who}: ${where} shows the views ${mine}, another ${theirs}`);
    }
    const other = first.get(who);
    if (!other) first.set(who, { text, where });
    else
      watch.check(
        invariant,
        other.text === text,
        () => `${who}: ${other.where} ${other.text}; ${where}, ${relevo.status.connection}, ${text}`,
      );
  }
};
