// @vitest-environment jsdom
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { acts } from '../../examples/demo/stage/acts.mjs';
import { createStage } from '../../examples/demo/stage/app.mjs';

const server = createServer();
let origin = '';
let page = '';
const asked: object[] = [];

const device = (id: string) => ({
  id,
  origin: `http://localhost:1/${id}`,
  line: { isConnected: () => true, setConnected: () => {} },
});
const till = {
  async run(words: { command: string }) {
    asked.push(words);
    if (words.command === 'pay') throw new Error('auth/key: That key is not known.');
    return ['1 × Paso stool (pos)'];
  },
};

beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.on('request', createStage({ origin, devices: ['laptop', 'phone', 'tablet'].map(device), till }));
  page = await (await fetch(origin)).text();
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const post = (body: string, from = origin) =>
  fetch(`${origin}/till`, { method: 'POST', body, headers: { origin: from } });

describe('the demo’s start page', () => {
  it('has every act with its steps and what to look for, and holds no inline script, style or handler', () => {
    for (const { title, steps, look } of acts) {
      expect(page).toContain(`${title.replaceAll('’', '’')}</h2>`);
      for (const [, what] of steps) expect(page).toContain(what.replaceAll('"', '&quot;'));
      expect(page).toContain(look);
    }
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style| (style|on[a-z]+)="/);
  });

  it('forbids what it does not need', async () => {
    const policy = (await fetch(origin)).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toContain('unsafe');
  });

  it('takes what the till is asked for from its own page alone, and gives what it prints or why not', async () => {
    expect(await (await post('customer=ana&command=scan&sku=STOOL-1')).json()).toEqual({
      paper: ['1 × Paso stool (pos)'],
    });
    expect(asked).toEqual([{ customer: 'ana', command: 'scan', sku: 'STOOL-1' }]);
    expect(await (await post('customer=ana&command=pay')).json()).toEqual({
      trouble: 'auth/key: That key is not known.',
    });
    expect((await post('customer=ana&command=scan', 'http://evil.example')).status).toBe(403);
    expect(asked).toHaveLength(2);
  });

  describe('opened', () => {
    const seen = () =>
      [...document.querySelectorAll<HTMLElement>('[data-place]')]
        .filter(({ hidden }) => !hidden)
        .map(({ dataset }) => dataset['place']);
    const visibleActs = () => [...document.querySelectorAll('.act:not([hidden])')].map(({ id }) => id);
    const goTo = async (hash: string) => {
      window.location.hash = hash;
      await new Promise((resolve) => window.addEventListener('hashchange', resolve, { once: true }));
    };
    beforeEach(async () => {
      const parsed = new DOMParser().parseFromString(page, 'text/html');
      for (const frame of parsed.querySelectorAll('iframe')) frame.removeAttribute('src');
      document.body.replaceChildren(...parsed.body.childNodes);
      window.history.replaceState(null, '', '/');
      vi.resetModules();
      await import('../../examples/demo/stage/public/acts.js');
    });

    it('begins with the first act, the laptop and the phone, and shows one act at a time', async () => {
      expect([visibleActs(), seen()]).toEqual([['sign-in'], ['laptop', 'phone']]);
      await goTo('#tablet');
      expect([visibleActs(), seen()]).toEqual([['tablet'], ['tablet', 'phone']]);
      await goTo('#till');
      expect([visibleActs(), seen()]).toEqual([['till'], ['till', 'phone']]);
      expect(document.querySelectorAll('[aria-current="step"]')).toHaveLength(1);
      expect(document.querySelector('[aria-current="step"]')?.textContent).toBe('The till');
      await goTo('#nowhere');
      expect(visibleActs()).toEqual(['sign-in']);
    });
  });
});
