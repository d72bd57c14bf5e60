import type { RelevoGlobal } from '../../../src/entries/start-script-tag.ts';
import { builtIns, differences } from '../../entries/script-tag-built-ins.ts';

// The shop's own script, loaded before relevo.js. It must be allowed by the page's policy like any other file.

export type Report = {
  readonly globals: readonly string[];
  readonly changedBuiltIns: readonly string[];
  readonly builtInsSeen: number;
  readonly violations: readonly string[];
  readonly uncaught: readonly string[];
  readonly lines: readonly (readonly [sku: string, quantity: number])[];
  readonly views: readonly string[];
  readonly pushIsOwnAfterStop: boolean;
  readonly storage: string;
};

type Shop = { dataLayer?: unknown[]; relevo?: unknown };
const shop = globalThis as Shop;

const violations: string[] = [];
const uncaught: string[] = [];
document.addEventListener('securitypolicyviolation', (event) =>
  violations.push(`${event.violatedDirective} ${event.sourceFile} ${event.sample}`),
);
addEventListener('error', (event) => uncaught.push(event.message));
addEventListener('unhandledrejection', (event) => uncaught.push(String(event.reason)));

const add = (quantity: number) => ({
  event: 'add_to_cart',
  ecommerce: { items: [{ item_id: 'SOFA-3', quantity: `${quantity}` }] },
});
shop.dataLayer = [add(1)];

const namesBefore = new Set(Object.getOwnPropertyNames(globalThis));
const before = builtIns(globalThis);

const untilQuantity = (relevo: RelevoGlobal, quantity: number) =>
  new Promise<void>((resolve) => {
    const look = () => relevo.cart.count === quantity && resolve();
    relevo.cart.subscribe(look);
    look();
  });

const examine = async (relevo: RelevoGlobal) => {
  await relevo.ready;
  shop.dataLayer?.push(add(2));
  await untilQuantity(relevo, 3);
  const report = {
    lines: relevo.cart.lines.map(({ sku, quantity }) => [sku, quantity] as const),
    views: relevo.browsing.recent().map(({ id }) => id),
    storage: relevo.status.storage,
  };
  await relevo.stop();
  const last: Report = {
    ...report,
    globals: Object.getOwnPropertyNames(globalThis).filter((name) => !namesBefore.has(name)),
    changedBuiltIns: differences(before, builtIns(globalThis)),
    builtInsSeen: before.size,
    violations,
    uncaught,
    pushIsOwnAfterStop: Object.hasOwn(shop.dataLayer ?? [], 'push'),
  };
  await fetch('/report', { method: 'POST', body: JSON.stringify(last) });
};

shop.relevo = [examine];
