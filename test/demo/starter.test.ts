import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findFreePort } from '../../examples/demo/starter/free-port.mjs';
import { createLine } from '../../examples/demo/starter/line.mjs';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const listen = async (port = 0, host = '127.0.0.1', server: Server = createServer((_, res) => res.end('hello'))) => {
  await once(server.listen(port, host), 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
};

describe('a wanted port', () => {
  const find = async (wanted: number, reserved: number[] = []) => {
    const said: string[] = [];
    const port: number = await findFreePort({
      name: 'the shop',
      wanted,
      reserved: new Set(reserved),
      say: (line: string) => said.push(line),
    });
    return { port, said };
  };

  it('is used without a word when nobody has it', async () => {
    expect(await find(23_411)).toEqual({ port: 23_411, said: [] });
  });

  it('gives way to the next free one when it is taken, and that is said', async () => {
    await listen(23_421);
    await listen(23_422);
    expect(await find(23_421, [23_423])).toEqual({
      port: 23_424,
      said: ['Port 23421 is taken: the shop uses 23424.'],
    });
  });

  it('counts as taken when somebody listens on the other address of localhost', async () => {
    await listen(23_431, '::1');
    expect((await find(23_431)).port).toBe(23_432);
  });
});

describe('a device’s line', () => {
  it('carries requests, breaks open connections when it is cut, and carries again when it is mended', async () => {
    const targetPort = await listen();
    const { port } = await find23();
    const line = await createLine({ port, targetPort });
    closers.push(line.close);
    const ask = () =>
      fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } }).then((reply) => reply.text());
    expect(await ask()).toBe('hello');

    const live = connect(port, '127.0.0.1');
    await once(live, 'connect');
    const broken = new Promise((resolve) => live.on('close', resolve).on('error', () => {}));
    line.setConnected(false);
    await broken;
    await expect(ask()).rejects.toThrow('fetch failed');

    line.setConnected(true);
    expect(await ask()).toBe('hello');
  });

  const find23 = async () => ({
    port: (await findFreePort({ name: 'line', wanted: 23_441, reserved: new Set(), say: () => {} })) as number,
  });
});

describe('npm run demo', () => {
  const startFile = fileURLToPath(new URL('../../examples/demo/start.mjs', import.meta.url));
  let dataFolder = '';
  beforeEach(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'relevo-demo-'));
    closers.push(() => rm(dataFolder, { recursive: true, force: true }));
  });

  const start = async (firstPort: number) => {
    const child = spawn(process.execPath, [startFile, '--port', String(firstPort), '--data', dataFolder], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    closers.push(async () => {
      if (isAlive(child)) process.kill(-(child.pid ?? 0), 'SIGKILL');
    });
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (line.includes('Ctrl-C')) break;
    }
    const addressAfter = (words: string) =>
      lines.find((line) => line.includes(words))?.match(/http:\/\/localhost:\d+/)?.[0] ?? '';
    return { child, lines, addressAfter };
  };
  const isAlive = (child: ChildProcess) => child.exitCode === null && child.signalCode === null;

  it('serves the two devices, the shop with its products, the script and tokens; SIGINT ends all of it', async () => {
    const { child, addressAfter } = await start(23_500);
    const stage = await (await fetch(addressAfter('Open this'))).text();
    expect(stage).toContain(`src="${addressAfter('The laptop alone')}/"`);
    expect(stage).toContain(`src="${addressAfter('The phone alone')}/"`);
    const phone = addressAfter('The phone alone');
    expect(await (await fetch(phone)).text()).toContain('Alba sofa');
    const sync = addressAfter('The sync server');
    expect((await fetch(`${sync}/relevo.js`)).headers.get('content-type')).toMatch(/javascript/);

    const signIn = await fetch(`${phone}/sign-in`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: phone },
      body: new URLSearchParams({ customer: 'chloe' }),
    });
    const cookie = (signIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const token = await (await fetch(`${phone}/relevo/token`, { headers: { cookie } })).text();
    expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);

    const line = `${addressAfter('Open this')}/devices/phone`;
    await fetch(`${line}/offline`, { method: 'POST' });
    expect(await (await fetch(`${addressAfter('Open this')}/devices`)).json()).toEqual({
      laptop: true,
      phone: false,
      tablet: true,
    });

    const exited = once(child, 'exit');
    child.kill('SIGINT');
    expect(await exited).toEqual([0, null]);
    await expect(fetch(sync)).rejects.toThrow('fetch failed');
    expect(() => process.kill(-(child.pid ?? 0), 0)).toThrow('ESRCH');
  }, 30_000);

  it('takes the next free ports when some are taken, and says which', async () => {
    await listen(23_600);
    await listen(23_700);
    const { lines, addressAfter } = await start(23_600);
    expect(lines.slice(0, 2)).toEqual([
      'Port 23600 is taken: the start page uses 23604.',
      'Port 23700 is taken: the sync server uses 23704.',
    ]);
    expect(await (await fetch(addressAfter('Open this'))).text()).toContain('One customer, many devices');
  }, 30_000);
});
