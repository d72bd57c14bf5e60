// What the engine of 0.1.0 cannot, and no server can help: see `docs/TESTING.md`. The checks leave out just this.

import type { Relevo } from '../client/api.ts';
import type { StoreKey } from '../client/ports.ts';
import { spaceOf } from '../client/records.ts';
import type { Counts } from '../core/counter.ts';
import type { Line } from '../core/line.ts';
import { canariesIn } from './canaries.ts';
import type { Ledger } from './ledger.ts';
import type { Sent } from './sent-change.ts';
import type { SimDevice } from './sim-device.ts';
import { deviceIn, deviceOf, markedIn } from './stored-device.ts';
import { customerOf } from './virtual-world.ts';

/** Another device denied consent: the tab that hears of it first takes the views back, the others take them for sent. */
export const hasWithdrawnViews = ({ spec, tabs, state }: SimDevice, { rows, spaceOf }: Ledger): boolean => {
  const consent = rows.get(spaceOf(state.session.who ?? ''))?.get('consent\npersonalization')?.state;
  return !!spec.sdk && tabs.length > 1 && (consent as { v?: unknown } | null | undefined)?.v === 'denied';
};

/**
 * A quantity made before it was known whose page it is, and sent before the first answer: it says that it has seen nothing,
 * and where a line was folded since it is taken for an old one. What came after 0.1.0 waits for that answer.
 */
export const isSetBlindly = ({ at }: Sent, line: Line | null | undefined): boolean =>
  at === 0 && !!line && line.q.floor > 0;

/**
 * It does not name the earlier replicas of its device. Where something was forgotten the server cannot tell their adds to a
 * line that came after its view from those to a line of that key before: it has seen only those of the replica that sends it.
 */
export const withoutEarlierReplicas = (
  op: Sent,
  { replica, bornOf }: { replica: string; bornOf(key: string): number | undefined },
): Sent => {
  const own = (seen: object, born: number) =>
    op.at >= born ? seen : Object.fromEntries(Object.entries(seen).filter(([name]) => name === replica));
  const { seen = {} } = op;
  if (op.t === 'set') return { ...op, seen: own(seen, bornOf(op.k) ?? 0) as Counts };
  if (op.t !== 'order') return op;
  const all = Object.entries(seen as Readonly<Record<string, Counts>>);
  const ofLines = all.map(([key, of]) => [key, own(of, bornOf(key) ?? Number.MAX_SAFE_INTEGER) as Counts]);
  return { ...op, seen: Object.fromEntries(ofLines) };
};

/** A guest whose merge is owed has other rows than lines on this disk: 0.1.0 takes them for lines, and shows none. */
export const hasRowsBesideLines = (disk: string): boolean => {
  const text = disk.replaceAll('\\', '');
  const guest = /"merging":\{"id":"([^"]+)"/.exec(text)?.[1];
  return !!guest && new RegExp(`"row","${guest}","(?!cart")`).test(text);
};

/**
 * It keeps rows that the server has no more: when its cursor is refused, and when its store is taken back while a page
 * that began in memory is being answered.
 */
export const keepsRowsOfBefore = (
  { body, reply, disk, who }: { body: string; reply: string; disk: SimDevice['disk']; who: string | null },
  { rows, spaceOf }: Ledger,
): boolean => {
  const name = spaceOf(who ?? '');
  const isGone: (stored: readonly [StoreKey, unknown]) => boolean = ([[table, space, collection, key]]) =>
    table === 'row' && `pk_world/${space}` === name && !rows.get(name)?.get(`${collection}\n${key}`)?.state;
  return reply.includes('sync/cursor') || (body.includes('"cur":null') && disk.rowsNow().some(isGone));
};

/** Its store fails when somebody has come and their rows are not read yet: the guest's go on, beside the customer's cursor. */
export const failsBetweenTwo = ({ spec, state }: Pick<SimDevice, 'spec' | 'state'>, { identity }: Relevo): boolean =>
  !!spec.sdk && state.entering > 0 && identity.current.customerId === state.session.who;

/**
 * Whoever comes back while another tab still signs them out is held by it: their rows go, and the cursor that says that
 * they are here stays.
 */
export const isHeldWhileBack = ({ spec, state }: Pick<SimDevice, 'spec' | 'state'>, who: string | null): boolean =>
  !!spec.sdk && spec.kind === 'personal' && !!who && state.session.who === who;

/**
 * It keeps the cursor of whom it saw off, and goes on from there when what is beside its store says that they are here
 * again: the store was put back to the time between, or failed as they came back. Their space then.
 */
export const backWithoutRows = (
  { device }: Pick<SimDevice, 'device'>,
  rows: ReturnType<SimDevice['disk']['rowsNow']>,
): string | undefined => {
  const [stored, marked] = [deviceOf(rows), markedIn(device)];
  if (!stored || !marked || marked.epoch <= stored.epoch) return undefined;
  const space = spaceOf(marked);
  const isHeld = rows.some(([[table, id]]) => table === 'space' && id === space);
  return isHeld && space !== spaceOf(stored) ? space : undefined;
};

/**
 * It lost its next poll: what its store brought back since is sent when its page is looked at again, and then it must be.
 * True when one was looked at.
 */
export const lookAtDeaf = (devices: readonly SimDevice[]): boolean => {
  const isWaiting = ({ status }: Relevo) => status.pending > 0 && status.connection === 'online';
  const waiting = devices.filter(
    ({ spec, state, tabs, disk }) =>
      // One whose merge waits may have asked once more before it lost its poll.
      ((state.isDeaf && state.wasDegraded) || (!!spec.sdk && disk.text().includes('merging'))) &&
      // A guest who keeps to the device asks nothing.
      (state.session.who || spec.guest === 'synced') &&
      tabs.some(({ page }) => isWaiting(page.relevo)),
  );
  for (const { state, tabs } of waiting) {
    state.isDeaf = false;
    for (const { page } of tabs) page.signal('visible');
  }
  return waiting.length > 0;
};

/**
 * One tab signed somebody out and in again: another of 0.1.0 takes the token it had of them for an ended one, and waits.
 * With a new one it must go on.
 */
export const answerAnew = (devices: readonly SimDevice[]): void => {
  for (const { spec, state, tabs } of devices) {
    const { who } = state.session;
    const ofWho = tabs.filter(({ page }) => spec.sdk && who && page.relevo.identity.current.customerId === who);
    const isOf = (connection: string) => ofWho.filter(({ page }) => page.relevo.status.connection === connection);
    const waiting = isOf('needs-token');
    if (!spec.hasToken || !waiting.length || !isOf('online').length) continue;
    state.session.serial++;
    for (const { page } of waiting) page.signal('visible');
  }
};

/**
 * Of whoever is back while another tab still signs them out, that tab takes along all that is kept: on a personal device
 * where nothing is unsent in that moment, on a shared one always. What says how far they are is gone too: their pages ask for
 * nothing, and hear of nothing that was sent. Of two tabs that see a customer off at once each makes a guest, and what
 * waits of the one whom the other replaced is sent by nobody. The next start knows of none of it, and must send and bring
 * everything there is.
 */
export const startAnew = (devices: readonly SimDevice[], tell: (device: SimDevice) => void): void => {
  for (const device of devices) {
    const { spec, state, disk, tabs } = device;
    const here = deviceIn(disk);
    if (!spec.sdk || state.leftAtMs < 0 || !here) continue;
    const rows = disk.rowsNow();
    // The store itself shows it, whoever signed out and in where: who is here has no record in it, or another guest has.
    const isTaken =
      here.customer?.id === state.session.who &&
      !rows.some(([[table, space]]) => table === 'space' && space === spaceOf(here));
    const isOther = (space: unknown) => String(space).startsWith('g_') && space !== spaceOf(here);
    const isMadeTwice = !here.customer && rows.some(([[table, space]]) => table === 'out' && isOther(space));
    if (!isTaken && !isMadeTwice) continue;
    state.hollow = undefined;
    for (const { user } of tabs) if (user.isAlive()) user.kill(false);
    for (const t of tabs.keys()) device.tab(t);
    tell(device);
  }
};

/**
 * A page in memory and a tab beside it each began an epoch, and so the same one, with a customer of their own. Taken back,
 * the store is the page's: the tab shows its customer, and asks on with the token of the other. What is made there goes to
 * the other, and what the other has shows there.
 */
export const noteSentByOld = ({ body, state, relevo }: SentByOld, ledger: Ledger): void => {
  ledger.sentByOld(body);
  const shown = relevo?.identity.current.customerId;
  const asked = customerOf((JSON.parse(body) as { auth?: { token?: string } }).auth?.token ?? '');
  if (!state.isApart || !asked || asked === shown) return;
  if (shown) state.mixed = { shown, asked };
  // A farewell goes out when nobody is shown any more.
  if (state.mixed?.asked !== asked) return;
  for (const canary of canariesIn(body)) ledger.mixed.add(`${canary} ${asked}`);
};

type SentByOld = Pick<SimDevice, 'state'> & { readonly body: string; readonly relevo: Relevo | undefined };
