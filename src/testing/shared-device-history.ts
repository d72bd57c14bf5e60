import type { Relevo } from '../client/api.ts';
import type { Verdict } from './history.ts';
import type { VirtualPage } from './virtual-device.ts';
import type { World } from './virtual-world.ts';

const customers = ['ana', 'ben'] as const;
type Customer = (typeof customers)[number];

/**
 * One seeded history of a shared tablet with two tabs, on which two customers and guests come and go
 * while the line fails. Every product names who put it there: nothing of one customer may be shown to,
 * sent for, or left to anybody else, and what reached `synced` must be there at their next sign-in.
 */
export const runSharedDevice = async (world: World, options: { seed: number; steps: number }): Promise<Verdict> => {
  const { clock, random } = world;
  const faults: string[] = [];
  const trace: string[] = [];
  const { device, line } = world.device({ consent: { personalization: 'granted' } });
  const tabs: VirtualPage[] = [device.open(), device.open()];
  const synced: Record<Customer, Set<string>> = { ana: new Set(), ben: new Set() };
  let made = 0;
  let isBusy = false;

  const ownerOf = (sku: string): string => sku.split('-')[0] ?? '';
  const whoIs = (relevo: Relevo): string => relevo.identity.current.customerId ?? 'guest';

  const look = (where: string) => {
    for (const { relevo } of tabs) {
      const who = whoIs(relevo);
      for (const { sku } of relevo.cart.lines)
        if (ownerOf(sku) !== who && ownerOf(sku) !== 'guest') faults.push(`${where}: ${who} sees ${sku}`);
    }
    for (const { body } of line.requests.slice(seenRequests)) {
      const token = /"token":"world:(\w+)\./.exec(body)?.[1] ?? 'guest';
      for (const customer of customers)
        if (customer !== token && body.includes(`"sku":"${customer}-`))
          faults.push(`${where}: a request of ${token} carries ${customer}'s line`);
    }
    seenRequests = line.requests.length;
  };
  let seenRequests = 0;

  const add = (relevo: Relevo) => {
    const who = whoIs(relevo);
    const sku = `${who}-${made++}`;
    const change = relevo.cart.add({ sku });
    if (who !== 'guest')
      change.synced.then(
        () => synced[who as Customer].add(sku),
        () => {},
      );
    return `${who} adds ${sku}`;
  };

  /** Signing in and out take their time: other things go on meanwhile. */
  const start = (work: Promise<unknown>) => {
    isBusy = true;
    work.then(
      () => (isBusy = false),
      () => (isBusy = false),
    );
  };

  const act = (): string => {
    const at = random.below(tabs.length);
    const page = tabs[at] as VirtualPage;
    switch (random.below(9)) {
      case 0:
        if (isBusy) return 'busy';
        {
          const who = random.pick(customers);
          start(page.relevo.signIn(world.token(who)));
          return `tab ${at} signs in as ${who}`;
        }
      case 1:
        if (isBusy) return 'busy';
        start(page.relevo.signOut());
        return `tab ${at} signs out`;
      case 2:
        page.kill();
        isBusy = false;
        tabs[at] = device.open();
        return `tab ${at} killed`;
      case 3: {
        const isOnline = random.chance(0.7);
        line.setOnline(isOnline);
        return isOnline ? 'online' : 'offline';
      }
      case 4:
        line.setFaults({
          replyLost: random.pick([0, 0.3]),
          delayed: random.pick([0, 0.3]),
          duplicated: random.pick([0, 0.3]),
        });
        return 'line faults';
      default:
        return add(page.relevo);
    }
  };

  await clock.pass(100);
  for (let step = 0; step < options.steps; step++) {
    trace.push(act());
    if (random.chance(0.7)) await clock.pass(random.pick([1, 20, 300, 4_000]));
    look(`step ${step} (${trace.at(-1)})`);
  }

  line.setFaults({});
  line.setOnline(true);
  for (const page of tabs) page.signal('online');
  await clock.pass(40_000);
  const [page, other] = tabs as [VirtualPage, VirtualPage];
  await other.relevo.stop();
  for (const customer of customers) {
    const done = page.relevo.signIn(world.token(customer)).then(() => page.relevo.flush());
    await clock.pass(8_000);
    await done.catch((error: unknown) => faults.push(`${customer} cannot sign in at the end: ${error}`));
    const skus = new Set(page.relevo.cart.lines.map(({ sku }) => sku));
    for (const sku of synced[customer]) if (!skus.has(sku)) faults.push(`${customer} lost ${sku}, which was synced`);
    look(`end, ${customer}`);
    const out = page.relevo.signOut();
    await clock.pass(8_000);
    await out;
    const left = JSON.stringify([await device.disk.read((tx) => tx.list([])), device.marker.text]);
    for (const name of customers)
      if (left.includes(`"${name}-`)) faults.push(`after ${customer} signed out the device holds something of ${name}`);
    if (page.relevo.cart.lines.length) faults.push(`after ${customer} signed out lines are shown`);
  }
  await page.relevo.stop();
  return { seed: options.seed, faults, events: trace.length, trace };
};
