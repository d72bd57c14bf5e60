import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ConformanceCase } from '../../src/testing/conformance/case.ts';
import { conformance } from '../../src/testing/conformance/conformance.ts';
import { type Fault, faults } from '../conformance/faults.ts';
import { root } from '../house/file-map.ts';
import { tableOf } from './tables.ts';

const page = readFileSync(join(root, 'docs/CONFORMANCE.md'), 'utf8');

/** What people complained of in public: each belongs to a case, or to one that waits. */
const complaints = [
  ...['magento/magento2#21375', 'magento/magento2#22436', 'OpenMage/magento-lts#928', 'unchainedshop/unchained#478'],
  ...['magento/magento2#28517', 'magento/magento2#1091', 'woocommerce/woocommerce#40669', 'vendurehq/vendure#34'],
  ...['woocommerce/woocommerce#43744', 'woocommerce/woocommerce#60392', 'woocommerce/woocommerce#36599'],
  ...['craftcms/commerce#3445', 'SalesforceCommerceCloud/pwa-kit#319', 'SalesforceCommerceCloud/pwa-kit#460'],
  ...['SalesforceCommerceCloud/pwa-kit#1410', 'SalesforceCommerceCloud/pwa-kit#2431'],
  ...['vendurehq/nextjs-starter-vendure#12', 'aws-samples/retail-demo-store#576', 'vendurehq/vendure#4481'],
  ...['vendurehq/vendure#4488', 'vendurehq/vendure#1454', 'vendurehq/vendure#3773', 'vendurehq/vendure#5073'],
  ...['vendurehq/vendure#2187', 'vendurehq/vendure#3398', 'vendurehq/vendure#263', 'magento/magento2#7665'],
  ...['shopizer-ecommerce/shopizer#134', 'odoo/odoo#27508', 'opencart/opencart#1577'],
  ...['woocommerce/woocommerce#27576', 'woocommerce/woocommerce#29962', 'woocommerce/woocommerce#68022'],
  ...['woocommerce/woocommerce-gateway-stripe#5854', 'mollie/WooCommerce#59', 'Shopify/storefront-api-examples#237'],
  ...['Shopify/buy-button-js#827', 'vuestorefront/shopify#63', 'statamic-rad-pack/shopify#123'],
  ...['woocommerce/woocommerce#56772', 'mollie/WooCommerce#114', 'magento/pwa-studio#1638', 'magento/pwa-studio#4073'],
  ...['vuestorefront/magento2#406', 'vuestorefront/magento2#489', 'scandipwa/scandipwa#3580', 'magento/magento2#3997'],
  ...['medusajs/nextjs-starter-medusa#54', 'Sylius/ShopApiPlugin#609', 'woocommerce/woocommerce#62758'],
  ...['vuestorefront/vue-storefront-1#419', 'PrestaShop/PrestaShop#19035', 'shopware/shopware#535'],
  ...['magento/architecture#321', 'verbb/wishlist#73', 'verbb/wishlist#75', 'verbb/wishlist#48'],
  ...['vuestorefront/vue-storefront#3362', 'vtex-apps/store-discussion#361'],
  ...['TycheSoftwares/woocommerce-abandoned-cart#1082', 'fighthealthinsurance#763', 'easy-digital-downloads#3653'],
  ...['craftcms/commerce#4207', 'odoo/odoo#263097'],
];

/** The rows of every table of the page that begins with `heading` and has so many columns. */
const rowsOf = (markdown: string, columns: number): string[][] =>
  markdown
    .split(/^#+ /m)
    .flatMap((section) => tableOf(section, 'case'))
    .filter((row) => row.length === columns)
    .map((row) => row.map((cell) => cell.replaceAll('\\|', '|')));

const code = (text: string): string => (text === '' ? 'nothing' : `\`${text}\``);

/** What a row must say, but for what the customer would see. */
const rowOf = ({ id, title, source }: ConformanceCase, all: readonly Fault[]): string[] => {
  const { file = '', from = '', to = '' } = all.find((fault) => fault.id === id) ?? {};
  return [id, title, `\`${file}\`: ${code(from)} → ${code(to)}`, source.join(', ')];
};

/** Lines in which the page's tables and the suite differ. */
const differences = (markdown: string, suite = conformance, all = faults): string[] => {
  const said = new Set(rowsOf(markdown, 5).map(([id, , ...rest]) => [id, ...rest].join(' | ')));
  const are = new Set(suite.map((one) => rowOf(one, all).join(' | ')));
  return [...[...are].filter((row) => !said.has(row)), ...[...said].filter((row) => !are.has(row))];
};

const idsIn = (rows: readonly string[][]): string[] => rows.map(([id = '']) => id);
const waiting = rowsOf(page.slice(page.indexOf('## Waiting'), page.indexOf('## What does not hold yet')), 4);
const broken = rowsOf(page.slice(page.indexOf('## What does not hold yet')), 4);

describe('docs/CONFORMANCE.md', () => {
  test('has each case of the suite with its title, its fault and its sources, and no other', () => {
    expect(conformance.length).toBeGreaterThan(70);
    expect(differences(page)).toEqual([]);
  });

  test('names each case once, also those that wait and those that do not hold', () => {
    const ids = [...idsIn(rowsOf(page, 5)), ...idsIn(waiting), ...idsIn(broken)];
    expect(waiting.length).toBeGreaterThan(10);
    expect(broken.length).toBeGreaterThan(0);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at || !/^[CW]\d+[a-z]$/.test(id))).toEqual([]);
    expect(conformance.map(({ id }) => id).filter((id) => [...idsIn(waiting), ...idsIn(broken)].includes(id))).toEqual(
      [],
    );
  });

  test('has what the customer would see, and for what waits the reason, in words', () => {
    for (const [id, sees = '', what = ''] of [...rowsOf(page, 5), ...waiting, ...broken])
      expect([id, sees.length > 10, what.length > 3]).toEqual([id, true, true]);
  });

  test('has a case, or one that waits, for each complaint', () => {
    const sources = [...rowsOf(page, 5), ...waiting].flatMap((row) => (row.at(-1) ?? '').split(', '));
    expect(complaints.filter((complaint) => !sources.includes(complaint))).toEqual([]);
  });
});

test('a case without a row, a row without a case, and another title, fault or source are noticed', () => {
  const [first, ...others] = conformance;
  const [fault, ...rest] = faults;
  if (!first || !fault) throw new Error('there is a case, and a fault');
  expect(differences(page, others)).toHaveLength(1);
  expect(differences(page, [...conformance, { ...first, id: 'C99a' }])).toHaveLength(1);
  expect(differences(page, [{ ...first, title: 'another' }, ...others])).toHaveLength(2);
  expect(differences(page, [{ ...first, source: [] }, ...others])).toHaveLength(2);
  expect(differences(page, conformance, [{ ...fault, to: 'another' }, ...rest])).toHaveLength(2);
  expect(rowsOf('# A\n\n| case | a |\n| --- | --- |\n| `x \\| y` | 1 |\n', 2)).toEqual([['`x | y`', '1']]);
});
