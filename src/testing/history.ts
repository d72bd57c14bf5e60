import type { Relevo } from '../client/api.ts';
import type { VirtualDevice, VirtualPage } from './virtual-device.ts';
import type { Line } from './virtual-network.ts';
import type { World } from './virtual-world.ts';

/** What one history found wrong, in words; empty when nothing. */
export type Verdict = {
  readonly seed: number;
  readonly faults: readonly string[];
  readonly events: number;
  readonly trace: readonly string[];
};

type Shopper = {
  readonly name: string;
  readonly device: VirtualDevice;
  readonly line: Line;
  page: VirtualPage;
  wentOffline: boolean;
};

const skus = ['A', 'B', 'C'] as const;

/**
 * One seeded history: two devices of one customer, each with a page that may be killed and opened
 * again, on lines that fail. Adds of `SUM` are never taken back, so their number must come out
 * exactly; the other products collide on purpose. Then the faults stop, and both devices and the
 * server must agree within three seconds, with nothing left to send.
 */
export const runHistory = async (world: World, options: { seed: number; steps: number }): Promise<Verdict> => {
  const { clock, random } = world;
  const faults: string[] = [];
  const trace: string[] = [];
  const token = world.token('ana');
  /** Adds of SUM: made, and known to have been saved. */
  let made = 0;
  let saved = 0;

  const shoppers: Shopper[] = ['laptop', 'phone'].map((name) => {
    const { device, line } = world.device({ getToken: () => token, consent: { personalization: 'granted' } });
    return { name, device, line, page: device.open(), wentOffline: false };
  });
  await clock.pass(2_000);

  const addSum = (relevo: Relevo) => {
    made++;
    relevo.cart.add({ sku: 'SUM', quantity: 1 }).saved.then(
      () => saved++,
      () => {},
    );
  };

  const act = (shopper: Shopper): string => {
    const { relevo } = shopper.page;
    const sku = random.pick(skus);
    const line = relevo.cart.find({ sku });
    switch (random.below(12)) {
      case 0:
      case 1:
        relevo.cart.add({ sku, quantity: 1 + random.below(3) });
        return `add ${sku}`;
      case 2:
        if (line) relevo.cart.setQuantity(line.key, random.below(5));
        return `set ${sku}`;
      case 3:
        if (line) relevo.cart.remove(line.key);
        return `remove ${sku}`;
      case 4:
        addSum(relevo);
        return 'add SUM';
      case 5:
        relevo.preferences.set('currency', `${shopper.name}${trace.length}`);
        return 'preference';
      case 6:
        relevo.browsing.view({ kind: 'product', id: sku });
        return `view ${sku}`;
      case 7:
        relevo.capture({
          type: 'purchase',
          orderId: `o${random.below(3)}`,
          items: [{ sku, quantity: 1 + random.below(2) }],
        });
        return `order ${sku}`;
      case 8:
        shopper.wentOffline = !shopper.wentOffline;
        shopper.line.setOnline(!shopper.wentOffline);
        return shopper.wentOffline ? 'offline' : 'online';
      case 9:
        shopper.device.skew.ms = random.pick([0, -5_000, 40, 3_600_000, 283_824_000_000]);
        return 'clock jumps';
      case 10:
        shopper.page.kill();
        shopper.page = shopper.device.open();
        return 'killed';
      default:
        shopper.line.setFaults({
          requestLost: random.pick([0, 0.3]),
          replyLost: random.pick([0, 0.3]),
          duplicated: random.pick([0, 0.3]),
          delayed: random.pick([0, 0.2]),
          garbled: random.pick([0, 0.2]),
        });
        return 'line faults';
    }
  };

  for (let step = 0; step < options.steps; step++) {
    const shopper = random.pick(shoppers);
    try {
      trace.push(`${shopper.name}: ${act(shopper)}`);
    } catch (error) {
      faults.push(`a call threw: ${error}`);
    }
    if (random.chance(0.6)) await clock.pass(random.pick([1, 20, 200, 3_000]));
  }

  for (const shopper of shoppers) {
    shopper.line.setFaults({});
    shopper.line.setOnline(true);
    shopper.page.signal('online');
  }
  await clock.pass(3_000);

  const summary = ({ page: { relevo } }: Shopper): string =>
    JSON.stringify({
      lines: relevo.cart.lines.map(({ sku, quantity }) => [sku, quantity]).sort(),
      currency: relevo.preferences.get('currency') ?? null,
      views: relevo.browsing.recent().map(({ id }) => id),
    });
  const [laptop, phone] = shoppers.map(summary);
  if (laptop !== phone) faults.push(`diverged: ${laptop} and ${phone}`);
  for (const shopper of shoppers) {
    const { status } = shopper.page.relevo;
    if (status.pending) faults.push(`${shopper.name} is stuck with ${status.pending} changes, ${status.connection}`);
    if (shopper.page.warnings.length) faults.push(`${shopper.name} warned: ${shopper.page.warnings[0]}`);
    const sum = shopper.page.relevo.cart.find({ sku: 'SUM' })?.quantity ?? 0;
    if (sum < saved || sum > made) faults.push(`${shopper.name} has ${sum} SUM; ${saved} were saved of ${made}`);
  }
  for (const shopper of shoppers) await shopper.page.relevo.stop();
  return { seed: options.seed, faults, events: trace.length, trace };
};
