import type { StoreKey } from '../client/ports.ts';
import type { Ledger } from './ledger.ts';
import type { SimDevice } from './sim-device.ts';
import { spaceShown } from './space-shown.ts';
import type { VirtualPage } from './virtual-device.ts';
import type { Watch } from './watch.ts';

/** More changes than histories make, many times over. */
const mostWaiting = 300;

/** Whether a change to `value` waits in the outbox on a disk. */
const isWaiting = (rows: readonly (readonly [StoreKey, unknown])[], value: string): boolean =>
  rows.some(([[table], entry]) => table === 'out' && JSON.stringify(entry).includes(JSON.stringify(value)));

/** Looks at a page whenever it says that something changed, and in between. */
export const createPageWatch = ({
  page: { relevo },
  watch,
  ledger,
  where,
  losses,
  stored,
  of: { spec, state },
  isBlinded,
}: {
  page: VirtualPage;
  watch: Watch;
  ledger: Ledger;
  where: string;
  /** How often the device lost what it had. */
  losses(): number;
  /** All that is on its disk. */
  stored(): readonly (readonly [StoreKey, unknown])[];
  of: Pick<SimDevice, 'spec' | 'state'>;
  /** Asked for its lines it throws: what is looked at when it tells is not seen. */
  isBlinded(): boolean;
}) => {
  /** What the page showed of each preference, first to last; it never goes back. */
  const shown = new Map<string, readonly string[]>();
  let before: { lines: unknown; text: string } = { lines: relevo.cart.lines, text: '[]' };
  let known: readonly unknown[] = [];
  let knownText = '';
  let whose = '';
  /** What it showed first came from the server and not from its store. */
  let isAhead = false;
  /** Of 0.1.0, in memory: no disk says that it takes other rows for lines (`hasRowsBesideLines`). Asked as it told, it threw. */
  let hasThrown = false;

  // Each page once; of an undoing once more.
  relevo.on('merge', ({ receipt }) => {
    state.receipts.push(receipt.id);
    ledger.checkReceipt(receipt, where);
  });

  relevo.on('checkout', ({ checkoutId }) => ledger.checkouts.heard(checkoutId, spaceShown(ledger, relevo), where));

  const read = () => [
    relevo.cart.lines,
    relevo.cart.parked,
    relevo.browsing.recent(),
    relevo.preferences.entries(),
    relevo.identity.current,
  ];

  const checkOrder = () => {
    const { customerId, anonymousId } = relevo.identity.current;
    const owner = `${customerId ?? anonymousId} ${losses()}`;
    if (owner !== whose) {
      if (whose) shown.clear();
      whose = owner;
      isAhead = !!relevo.status.degraded;
    }
    if (!relevo.status.degraded && !relevo.status.pending) isAhead = false;
    // A guest lost with a server put back in silence loses it here too, see `pendingInvariants`: a later backup may have it.
    if (customerId === undefined && ledger.isGone(anonymousId))
      for (const [key, seen] of shown) if (!relevo.preferences.get(key)) shown.set(key, [...seen, 'gone']);
    for (const [key, value] of relevo.preferences.entries()) {
      const seen = shown.get(key) ?? [];
      // What was written before it was known whose page it is shows until its answer comes, and may be the older.
      const isLate = customerId !== undefined && String(seen.at(-1)).startsWith('guest~');
      const isBack = seen.includes(String(value)) && ![value, 'gone'].includes(String(seen.at(-1))) && !isLate;
      // An earlier page may have sent it while the store failed. Taken back, the store shows it over what this page had
      // from the server, until it is answered again.
      const isHere = () => isWaiting(stored(), String(value));
      if (isAhead && isHere()) continue;
      // 0.1.0 shows what was nobody's among what was made later, or behind what was made before, until that is answered.
      const isPlaced = !!spec.sdk && isBack && String(value).startsWith('guest~');
      watch.check(
        'monotonic',
        !isBack ||
          isPlaced ||
          ledger.mayComeLate(String(value)) ||
          ledger.wasOlder(String(seen.at(-1))) ||
          ledger.mayComeAgain(String(value), String(seen.at(-1))),
        () => `${where}: ${key} is ${value} after ${seen.join(', ')}`,
      );
      if (seen.at(-1) !== value) shown.set(key, [...seen, String(value)]);
    }
  };

  return {
    /** The page was told. */
    look() {
      hasThrown = !!spec.sdk && !!relevo.status.degraded;
      const { lines } = relevo.cart;
      watch.check('snapshots', lines === relevo.cart.lines, () => `${where}: lines change while they are read`);
      const seen = read();
      hasThrown = false;
      // What reads as the same object was looked at already.
      if (seen.every((part, at) => part === known[at])) return;
      known = seen;
      const text = lines === before.lines ? before.text : JSON.stringify(lines);
      watch.check('snapshots', lines === before.lines || text !== before.text, () => `${where}: ${text}`);
      before = { lines, text };
      const { current } = relevo.identity;
      knownText = text + JSON.stringify([seen[1], seen[2], seen[3], current.traits]);
      const who = current.customerId ?? 'guest';
      const asked = state.mixed?.shown === who ? state.mixed.asked : undefined;
      ledger.checkOwners(knownText, who, `view of ${where}`, { asked });
      checkOrder();
      ledger.keeps.shown(relevo, { spec, state }, where);
    },
    /** Nothing changed since without a word. */
    glance() {
      const { pending } = relevo.status;
      watch.check('bounded', pending <= mostWaiting, () => `${where}: ${pending} changes wait`);
      const seen = read();
      if (!known.length || seen.every((part, at) => part === known[at])) return;
      const text =
        JSON.stringify(seen[0]) + JSON.stringify([seen[1], seen[2], seen[3], relevo.identity.current.traits]);
      const isTold = text === knownText || isBlinded() || hasThrown;
      watch.check('told', isTold, () => `${where} shows ${text}, and told of ${knownText}`);
    },
  };
};
