import type { CheckoutLine } from '../client/checkout-api.ts';
import type { Deed } from './deed.ts';
import type { Begun } from './device-state.ts';
import type { Ledger } from './ledger.ts';
import type { PaymentAct, Said } from './paying.ts';
import { createShopOffice } from './shop-office.ts';
import type { SimDevice, SimTab } from './sim-device.ts';
import { spaceShown } from './space-shown.ts';
import type { World } from './virtual-world.ts';
import type { Watch } from './watch.ts';

type Pay = Extract<PaymentAct, { do: 'pay' }>;
type ShopSays = Extract<PaymentAct, { do: 'shop says' }>;
type Item = Pick<CheckoutLine, 'sku' | 'quantity'>;

/**
 * How what a page asks about a checkout may end: as it says, or with nobody there who asked. A guest whose claim had no
 * answer, and who then signs in as somebody else, is told that what they did is the first one's, orders too.
 */
const ends = {
  begin: /^(done|checkout\/unsynced|sync\/abandoned)$/,
  pay: /^(done|checkout\/unknown|sync\/abandoned|auth\/guest-claimed)$/,
  abandon: /^(done|checkout\/unsynced|sync\/abandoned)$/,
};

const isOfCart = /^(add|set|remove|update|clear|unpark)/;

const boughtOf = (said: Said, lines: readonly Item[]): readonly Item[] => {
  if (said === 'nothing') return [];
  const [first] = lines;
  if (said === 'part' && first) return [{ sku: first.sku, quantity: Math.ceil(first.quantity / 2) }];
  return lines.map(({ sku, quantity }) => ({ sku, quantity: said === 'more' ? 2 * quantity : quantity }));
};

/** What customers and the shop do about paying. */
export const createPaymentActs = ({
  world,
  watch,
  ledger,
  deeds,
  hold,
}: {
  world: World;
  watch: Watch;
  ledger: Ledger;
  deeds: readonly Deed[];
  hold(what: string, user: SimTab['user'], promise: Promise<unknown>, on?: (stand: string) => void): void;
}) => {
  const office = createShopOffice({ world, watch, ledger });

  const ending =
    (what: keyof typeof ends, { index }: SimDevice) =>
    (stand: string) =>
      watch.check('paying ends', ends[what].test(stand), () => `${what} on device ${index} ends with ${stand}`);

  const begin = (device: SimDevice, { page: { relevo }, user }: SimTab) => {
    const { state, index } = device;
    const { who } = state.session;
    const made = deeds.filter((deed) => deed.user === user && deed.synced === 'open' && isOfCart.test(deed.what));
    const asked = relevo.checkout.begin();
    hold('begin', user, asked, ending('begin', device));
    asked.then(
      ({ id, lines, others }) => {
        state.begun.push({ id, lines, who });
        const found = ledger.checkouts.find(id);
        const frozen = (all: Iterable<readonly [string, { readonly quantity: number }]>) =>
          JSON.stringify([...all].map(([key, { quantity }]) => [key, quantity]).sort());
        const told = frozen(lines.map((line) => [line.key, line]));
        watch.check(
          'frozen',
          !!found && told === frozen(found.lines),
          () => `device ${index} is told that ${told} is in ${id}`,
        );
        // In a moment whoever made what is in it has heard so, too.
        world.clock.timer(0, () => {
          const late = made.filter(({ synced }) => synced === 'open').map(({ what, ids }) => [what, ids]);
          watch.check('frozen', !late.length, () => `device ${index} began ${id} without ${JSON.stringify(late)}`);
        });
        for (const one of [id, ...others.map((other) => other.id)])
          ledger.checkouts.heard(one, spaceShown(ledger, relevo), `device ${index}`);
      },
      () => {},
    );
  };

  const pay = (device: SimDevice, { page: { relevo }, user }: SimTab, { order, isNamed, said }: Pay) => {
    const { state } = device;
    const begun = state.begun.at(-1);
    const items = boughtOf(said, begun?.lines ?? relevo.cart.lines.slice(0, 1));
    const of = isNamed ? begun : undefined;
    // A page that says neither what nor of which checkout is one of whoever is here: a shop shows nobody another's.
    if (!of && !state.orders.takes(order, state.session.who)) return;
    // 0.1.0 knows of no checkouts.
    if (!relevo.checkout) {
      if (items.length) relevo.capture({ type: 'purchase', orderId: order, items });
      return;
    }
    const placed = { orderId: order, ...(of ? { checkoutId: of.id } : {}), ...(items.length ? { lines: items } : {}) };
    // Who says nothing of it has bought all that is in the checkout.
    state.ordered.push({ user, orderId: order, items: items.length ? items : (begun?.lines ?? []) });
    const told = relevo.checkout.complete(placed);
    state.paying.push(user);
    hold('order', user, told, (stand) => {
      state.paying.splice(state.paying.indexOf(user), 1);
      ending('pay', device)(stand);
    });
    told.then(
      ({ duplicateOf }) => {
        const detail = () => `device ${device.index} is told that ${order} is recorded, after ${duplicateOf}`;
        watch.check('recorded', ledger.checkouts.isPlaced(order), detail);
        if (duplicateOf !== undefined) watch.check('paid twice', ledger.checkouts.isTwice(order), detail);
      },
      () => {},
    );
  };

  const abandon = (device: SimDevice, { page: { relevo }, user }: SimTab) => {
    const begun = device.state.begun.at(-1);
    if (!begun || !relevo.checkout) return;
    const asked = relevo.checkout.abandon(begun.id);
    hold('abandon', user, asked, (stand) => {
      ending('abandon', device)(stand);
      const found = ledger.checkouts.find(begun.id);
      const isOpen = stand === 'done' && found?.space === spaceShown(ledger, relevo) && found.status === 'open';
      watch.check('turned away', !isOpen, () => `${begun.id} is open after it was turned away from`);
    });
  };

  const shopSays = ({ state }: SimDevice, { order, by, names, said, sku, n, isLost }: ShopSays) => {
    const begun: Begun | undefined = state.begun.at(-1);
    const who = begun?.who ?? state.session.who;
    const isNamed = begun && names !== 'customer';
    const items = boughtOf(said, begun?.lines ?? []);
    // Without a checkout it says what was bought, and by whom.
    const lines = items.length || isNamed ? items : [{ sku, quantity: n }];
    if (!isNamed && !who) return;
    office.say({
      orderId: order,
      channel: by,
      by,
      isLost,
      ...(isNamed ? { checkoutId: begun.id } : {}),
      ...(who && (!isNamed || names === 'both') ? { customerId: who } : {}),
      ...(lines.length ? { lines: [...lines] } : {}),
    });
  };

  return {
    act(device: SimDevice, tab: SimTab, step: PaymentAct): void {
      if (step.do === 'pay') pay(device, tab, step);
      else if (step.do === 'shop says') shopSays(device, step);
      else if (step.do === 'abandon') abandon(device, tab);
      // 0.1.0 knows of no checkouts.
      else if (tab.page.relevo.checkout) begin(device, tab);
    },
    check: office.check,
  };
};
