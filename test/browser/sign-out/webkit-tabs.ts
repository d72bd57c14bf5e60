import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { killAll, newProfile, processesWith } from '../harness/browsers.ts';
import { html, type Shop, type Tag } from '../harness/shop.ts';
import { findWebKit } from '../storage/webkit.ts';

/** What of a page the test needs. */
export type Tab = { evaluate<T>(expression: string): Promise<T> };

type Asked = { readonly expression: string; resolve(value: unknown): void; reject(error: Error): void };

/** Script of a tab that asks the test what to do, and tells what came of it. */
const obeying = (tab: number) => `(async () => {
  for (;;) {
    const expression = await (await fetch('/next/${tab}')).text();
    const told = await Promise.resolve().then(() => (0, eval)(expression)).then((value) => ({ value }), (error) => ({ error: String(error) }));
    await fetch('/told/${tab}', { method: 'POST', body: JSON.stringify(told) });
  }
})()`;

/**
 * Tabs of one WebKitGTK with the shop's page. Nobody drives it (under automation its sessions start with an empty store
 * and end when a process dies): each tab asks for its next expression.
 */
export const openWebKitTabs = async (shop: Shop, tag: Tag, count: number) => {
  const relevo = await (await fetch(shop.scriptUrl)).text();
  const asked: Asked[][] = Array.from({ length: count }, () => []);
  const waiting: (ServerResponse | undefined)[] = [];
  const next = (tab: number) => {
    const [first] = asked[tab] ?? [];
    if (!first) return;
    waiting[tab]?.end(first.expression);
    waiting[tab] = undefined;
  };
  const server = createServer(async (request, response) => {
    const [, what, name] = (request.url ?? '').split('/');
    const tab = Number(name);
    response.setHeader('content-type', `${what === 'relevo.js' ? 'text/javascript' : 'text/html'}; charset=utf-8`);
    if (what === 'relevo.js') return response.end(relevo);
    if (what === 'tab') return response.end(html({ site: 'pk_demo', ...tag, run: obeying(tab) }));
    if (what === 'next') {
      waiting[tab] = response;
      return next(tab);
    }
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    response.end();
    const { value, error } = JSON.parse(body || '{}') as { value?: unknown; error?: string };
    const done = asked[tab]?.shift();
    if (error === undefined) done?.resolve(value);
    else done?.reject(new Error(error));
    return next(tab);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const profile = await newProfile();
  const folders = { XDG_DATA_HOME: 'data', XDG_CACHE_HOME: 'cache', XDG_CONFIG_HOME: 'config' };
  const urls = Array.from({ length: count }, (_, tab) => `${origin}/tab/${tab}`);
  const { pid } = spawn('xvfb-run', ['-a', findWebKit() ?? '', ...urls], {
    stdio: 'ignore',
    detached: true,
    env: {
      ...process.env,
      ...Object.fromEntries(Object.entries(folders).map(([key, folder]) => [key, `${profile.path}/${folder}`])),
    },
  });
  if (!pid) throw new Error('xvfb-run did not start');
  const tabs = asked.map(
    (queue, tab): Tab => ({
      evaluate: <T>(expression: string) =>
        new Promise<T>((resolve, reject) => {
          queue.push({ expression, resolve: (value) => resolve(value as T), reject });
          if (queue.length === 1 && waiting[tab]) next(tab);
        }),
    }),
  );
  return {
    tabs,
    async close() {
      process.kill(-pid, 'SIGTERM');
      await killAll(() => processesWith('environ', `=${profile.path}/`));
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await profile.remove();
    },
  };
};
