import { beforeAll, describe, expect, it, vi } from 'vitest';
import { RelevoError } from '../../src/core/relevo-error.ts';
import { buildKit, createRecorder, openPage, type PageOptions, type PageWindow, settle } from './script-tag-page.ts';

let kit = '';
beforeAll(async () => {
  kit = await buildKit();
});

const required = 'data-endpoint="https://sync.shop.example" data-site="pk_demo"';

type TagOptions = Omit<PageOptions, 'html'> & { attributes?: string; before?: string; after?: string; times?: number };

/** A page with the script tag, after and before other markup, and the engine's stand-in. */
const openShop = ({ attributes = '', before = '', after = '', times = 1, prepare, ...page }: TagOptions = {}) => {
  const recorder = createRecorder();
  const start = 'kit.startScriptTag({ document, window, createRelevo })';
  const tag = `<script ${required} ${attributes}>${start}</script>`.repeat(times);
  const shop = openPage({
    html: `<!doctype html><head><script>${kit}</script>${before}${tag}${after}</head><body></body>`,
    ...page,
    prepare: (window) => {
      window.createRelevo = recorder.createRelevo;
      prepare?.(window);
    },
  });
  return { ...shop, ...recorder };
};

/** `attributes` replaces the required ones too. */
const openBare = (attributes: string) => {
  const recorder = createRecorder();
  const failing = () => {
    throw new RelevoError('options/invalid', { detail: '`site` is missing.' });
  };
  const html = `<script>${kit}; relevo = [() => { window.ran = true; }]</script>
    <script ${attributes}>kit.startScriptTag({ document, window, createRelevo })</script>`;
  const page = openPage({
    html,
    prepare: (window) => {
      window.createRelevo = failing;
    },
  });
  return { ...page, ...recorder };
};

const queue = (...functions: string[]) =>
  `<script>log = []; ${functions.map((code) => `(window.relevo = window.relevo || []).push(${code});`).join('\n')}</script>`;
const logOf = (window: PageWindow) => [...(window as unknown as { log: unknown[] }).log];
const run = (window: PageWindow, code: string) => void window.eval(code);

describe("the script's own attributes", () => {
  const site = { endpoint: 'https://sync.shop.example', site: 'pk_demo' };

  it.each([
    ['only what is required', '', { ...site, consent: {} }],
    ['a channel', 'data-channel="kiosk-web"', { ...site, channel: 'kiosk-web', consent: {} }],
    ['a device', 'data-device="personal"', { ...site, device: { kind: 'personal' }, consent: {} }],
    [
      'a device that keeps the cart',
      'data-device="personal" data-keep="cart-lines"',
      { ...site, device: { kind: 'personal', keep: 'cart-lines' }, consent: {} },
    ],
    [
      'a kiosk and its time',
      'data-device="kiosk" data-idle-ms="60000"',
      { ...site, device: { kind: 'kiosk', idleMs: 60_000 }, consent: {} },
    ],
    [
      'consent for purposes, with white space as it comes',
      'data-consent=" personalization:granted,\n ads:denied "',
      { ...site, consent: { personalization: 'granted', ads: 'denied' } },
    ],
    [
      'a consent without a state, for the engine to refuse',
      'data-consent="ads"',
      { ...site, consent: { ads: undefined } },
    ],
  ])('give %s', (_, attributes, options) => {
    const { made, window } = openShop({ attributes });
    expect(made).toHaveLength(1);
    const { getToken, ...rest } = made[0] ?? {};
    expect(getToken).toBeUndefined();
    expect(JSON.parse(JSON.stringify(rest))).toEqual({ device: {}, ...JSON.parse(JSON.stringify(options)) });
    expect(Array.isArray(window.relevo)).toBe(false);
  });

  it.each([
    ['data-token="eyJ.a.b"', 'eyJ.a.b'],
    ['data-token=" eyJ.a.b\n"', 'eyJ.a.b'],
    ['data-token=""', null],
  ])('%s answers for the customer', async (attributes, token) => {
    const { made } = openShop({ attributes });
    expect(await made[0]?.getToken?.()).toBe(token);
  });

  it('are those of the running script, not of an element that took its name', () => {
    const before = '<img name="currentScript" data-endpoint="https://evil.example" data-site="pk_evil">';
    const { made, errors } = openShop({ before });
    expect(made.every(({ endpoint }) => endpoint !== 'https://evil.example')).toBe(true);
    expect(errors).toEqual([]);
  });
});

describe('data-token-url', () => {
  const answering = (answer: () => Promise<unknown>) => {
    const fetch = vi.fn<(url: string, init: RequestInit) => Promise<unknown>>(answer);
    const { made } = openShop({
      attributes: 'data-token-url="/relevo/token"',
      prepare: (window) => Object.assign(window, { fetch }),
    });
    return { fetch, getToken: async () => made[0]?.getToken?.() };
  };
  const reply = (status: number, body: string) => () => Promise.resolve({ status, text: () => Promise.resolve(body) });

  it('asks the page’s own server, with its cookies and without a cache', async () => {
    const { fetch, getToken } = answering(reply(200, 'eyJ.a.b\n'));
    expect(await getToken()).toBe('eyJ.a.b');
    const init = { mode: 'same-origin', credentials: 'same-origin', cache: 'no-store' };
    expect(fetch.mock.calls).toEqual([['/relevo/token', init]]);
  });

  it('means signed out by 204', async () => {
    expect(await answering(reply(204, '')).getToken()).toBeNull();
  });

  it.each([
    ['a login page with status 200', reply(200, '<!doctype html><title>Log in</title>')],
    ['an empty 200', reply(200, '')],
    ['401', reply(401, 'eyJ.a.b')],
    ['500', reply(500, 'eyJ.a.b')],
    ['no answer', () => Promise.reject(new TypeError('Failed to fetch'))],
  ])('rejects for %s, so that it is tried again', async (_, answer) => {
    await expect(answering(answer).getToken()).rejects.toThrow();
  });
});

describe('the queue before load', () => {
  it('runs in order with the instance, which then runs more at once', () => {
    const before = queue('(r) => log.push(["a", r === window.relevo])', '() => log.push("b")');
    const { window, relevo } = openShop({ before });
    run(window, 'relevo.push(() => log.push("c"), () => log.push("d")); log.push("end")');
    expect(logOf(window)).toEqual([['a', true], 'b', 'c', 'd', 'end']);
    expect(window.relevo).toBe(relevo);
  });

  it('reports what throws, rejects or is no function, and goes on', async () => {
    const before = queue(
      '() => { throw new Error("one") }',
      'async () => { throw new Error("two") }',
      '"three"',
      '() => log.push("four")',
    );
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const { window, errors, uncaught } = openShop({ before });
    await settle();
    process.off('unhandledRejection', unhandled);
    expect(logOf(window)).toEqual(['four']);
    expect(errors.map((error) => String((error as Error).message))).toEqual([
      'one',
      expect.stringContaining('not a function'),
      'two',
    ]);
    expect(uncaught).toEqual([]);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('runs what a queued function queues', () => {
    const before = queue('() => { window.relevo.push(() => log.push("inner")); log.push("outer") }');
    expect(logOf(openShop({ before }).window)).toEqual(['inner', 'outer']);
  });

  it('is a queue only if it is an array: an element with that id is none', () => {
    const { window, made, warnings } = openShop({ before: '<b id="relevo"></b>' });
    expect(made).toHaveLength(1);
    expect(warnings).toEqual([]);
    expect('capture' in window.relevo).toBe(true);
  });
});

describe('a page that gets it wrong', () => {
  it('reads in one line what to do, and its queue stays', () => {
    const { window, errors, uncaught } = openBare('data-endpoint="https://sync.shop.example"');
    expect(errors).toEqual(['options/invalid: An option is missing or wrong; see the detail. `site` is missing.']);
    expect(uncaught).toEqual([]);
    expect(window.relevo).toHaveLength(1);
    expect('ran' in window).toBe(false);
  });

  it('keeps the first instance when the script comes again, with one warning', () => {
    const { made, warnings, window, relevo, errors } = openShop({ times: 2, attributes: 'data-capture="ga4"' });
    expect(made).toHaveLength(1);
    expect(warnings).toEqual(['relevo.js is on this page twice.']);
    expect(errors).toEqual([]);
    expect(window.relevo).toBe(relevo);
  });
});

describe('data-capture', () => {
  const push = (sku: string) =>
    `(window.dataLayer = window.dataLayer || []).push({event: 'add_to_cart', ecommerce: {items: [{item_id: '${sku}'}]}});`;
  const product = (sku: string) => `<script type="application/ld+json">{"@type":"Product","sku":"${sku}"}</script>`;
  const skus = (captures: ReturnType<typeof createRecorder>['captures']) =>
    captures.flatMap(({ items }) => items.map((item) => ('sku' in item ? item.sku : item.id)));

  it('takes what the page said before, and says from now on', () => {
    const before = `<script>${push('A')}</script>${product('V')}`;
    const { window, captures } = openShop({ before, attributes: 'data-capture="ga4 jsonld"' });
    run(window, push('B'));
    expect(skus(captures)).toEqual(['A', 'V', 'B']);
  });

  it('takes nothing unasked', () => {
    const { window, captures } = openShop({ before: `<script>${push('A')}</script>${product('V')}` });
    run(window, push('B'));
    expect(captures).toEqual([]);
    expect(Object.hasOwn(window.dataLayer, 'push')).toBe(false);
  });

  it('runs the queue first, so that a queued bind knows the cart before acts are counted', () => {
    const before = `<script>${push('A')}</script>${queue('(r) => { r.capture({ type: "cart", items: [{ sku: "bound" }] }) }')}`;
    const { captures } = openShop({ before, attributes: 'data-capture="ga4"' });
    expect(skus(captures)).toEqual(['bound', 'A']);
  });

  it('finds a dataLayer that the page makes, or makes anew, after the script', async () => {
    const late = openShop({ attributes: 'data-capture="ga4"', after: `<script>${push('A')}</script>` });
    const anew = openShop({
      attributes: 'data-capture="ga4"',
      before: `<script>${push('A')}</script>`,
      after: `<script>window.first = dataLayer; window.dataLayer = []; ${push('B')}</script>`,
    });
    await settle();
    expect(skus(late.captures)).toEqual(['A']);
    expect(skus(anew.captures)).toEqual(['A', 'B']);
    run(anew.window, push('C'));
    expect(skus(anew.captures)).toEqual(['A', 'B', 'C']);
    await anew.window.relevo.stop();
    run(anew.window, `${push('D')}; first.push(dataLayer[0])`);
    expect(skus(anew.captures)).toEqual(['A', 'B', 'C']);
  });

  it('makes no dataLayer of its own', async () => {
    const { window } = openShop({ attributes: 'data-capture="ga4"' });
    await settle();
    expect('dataLayer' in window).toBe(false);
  });

  it('ends with stop(), which stops the engine too', async () => {
    const before = `<script>${push('A')}</script>`;
    const { window, captures, stops, handlers } = openShop({ before, attributes: 'data-capture="ga4,jsonld"' });
    await settle();
    expect(handlers()).toBe(3);
    await window.relevo.stop();
    run(window, push('B'));
    expect(skus(captures)).toEqual(['A']);
    expect(Object.hasOwn(window.dataLayer, 'push')).toBe(false);
    expect(handlers()).toBe(0);
    expect(stops()).toBe(1);
  });
});

describe('restores', () => {
  const listen = "document.addEventListener('relevo:cart', ({ detail }) => log.push(detail))";

  it('arrive as an event on the document, with the lines and the cause', () => {
    const { window, emit, lines } = openShop({ before: `<script>log = []; ${listen}</script>` });
    emit('restore');
    emit('merge');
    emit('signout');
    emit('status');
    expect(logOf(window)).toEqual([
      { lines, cause: 'restore' },
      { lines, cause: 'merge' },
      { lines, cause: 'signout' },
    ]);
  });

  it('no longer arrive after stop()', async () => {
    const { window, emit } = openShop({ before: `<script>log = []; ${listen}</script>` });
    await window.relevo.stop();
    emit('restore');
    expect(logOf(window)).toEqual([]);
  });
});
