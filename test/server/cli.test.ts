import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../src/server/cli/main.ts';
import { parseConfig } from '../../src/server/config.ts';
import { devSecret } from '../../src/server/dev-keys.ts';
import { request, sign } from './http-world.ts';
import { tempFolder } from './temp-folder.ts';

const cli = fileURLToPath(new URL('../../src/server/cli.ts', import.meta.url));
let folder: ReturnType<typeof tempFolder>;
let said: string[];
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = tempFolder();
  said = [];
  vi.spyOn(console, 'log').mockImplementation((text) => void said.push(String(text)));
  vi.spyOn(console, 'error').mockImplementation((text) => void said.push(String(text)));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  folder.remove();
});

const run = async (args: readonly string[], env: Record<string, string> = {}) => {
  said = [];
  const code = await main([...args, '--config', folder.path('config.json'), '--db', folder.path('relevo.db')], env);
  return { code, text: said.join('\n') };
};

/** Starts the CLI as a process; resolves at the line that says where it listens. */
const serve = async (args: readonly string[], env: Record<string, string> = {}) => {
  const child = spawn(process.execPath, [cli, ...args, '--db', folder.path('relevo.db')], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const lines: string[] = [];
  const url = await new Promise<string>((done, failed) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      const found = /listens on (http:\S+),/.exec(line)?.[1];
      if (found) done(found);
    });
    createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
    child.on('exit', () => failed(new Error(lines.join('\n'))));
  });
  return { child, url, lines };
};

describe('relevo-server --dev', () => {
  it('serves a demo site at once: a token, a sync, local origins', async () => {
    const { url, child } = await serve(['--dev', '--port', '0']);
    const made = await fetch(`${url}/dev/token`, { method: 'POST', body: JSON.stringify({ customerId: 'ana' }) });
    const { token } = (await made.json()) as { token: string };
    const body = JSON.stringify(request({ site: 'pk_demo', auth: { token } }));
    for (const origin of ['http://localhost:4000', 'http://127.0.0.1:5173', 'http://[::1]:80', 'https://localhost']) {
      const reply = await fetch(`${url}/v1/sync`, { method: 'POST', body, headers: { origin } });
      expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
    }
    for (const origin of ['http://localhost.evil.example', 'http://192.168.0.1:4000', 'null']) {
      expect((await fetch(`${url}/v1/sync`, { method: 'POST', body, headers: { origin } })).status).toBe(403);
    }
    const bad = await fetch(`${url}/dev/token`, { method: 'POST', body: '{"customerId":5}' });
    expect(bad.status).toBe(400);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  it('takes the next free port when its own is taken, and says so', async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const { port } = other.address() as AddressInfo;
    const { url, lines } = await serve(['--dev', '--port', String(port)]);
    expect(Number(new URL(url).port)).toBeGreaterThan(port);
    expect(lines[0]).toBe(`Port ${port} is taken, trying ${port + 1}.`);
    other.close();
  });

  it.each(['0.0.0.0', '::', '192.168.0.1', 'shop.example'])('is refused at %s: others could reach it', async (host) => {
    const { code, text } = await run(['--dev', '--port', '0', '--host', host]);
    expect([code, text]).toEqual([1, expect.stringContaining(`--dev listens on this machine only, not on ${host}`)]);
  });

  it('says so when there is no port left to try', async () => {
    const other = createServer();
    // Taken by somebody else is as good.
    await new Promise<void>((done) => other.once('error', () => done()).listen(65_535, '127.0.0.1', done));
    const { code, text } = await run(['--dev', '--port', '65535']);
    expect([code, text]).toEqual([1, 'Port 65535 of 127.0.0.1 is taken. Pass another one with --port.']);
    other.close();
  });

  it('is refused in production', async () => {
    const { code, text } = await run(['--dev'], { NODE_ENV: 'production' });
    expect([code, text]).toEqual([1, expect.stringContaining('--dev is refused under NODE_ENV=production')]);
  });
});

describe('relevo-server', () => {
  it('without a configuration says what to do', async () => {
    const { code, text } = await run([]);
    expect(code).toBe(1);
    expect(text).toMatch(/There is no .*config\.json\. `relevo-server init` writes one/);
  });

  it('serves what init wrote, with the tokens that token prints, and its taken port is an error', async () => {
    await run(['init']);
    const args = ['--config', folder.path('config.json')];
    const { url, lines } = await serve([...args, '--port', '0']);
    const { text: token } = await run(['token', '--customer', 'ana']);
    const [site] = Object.keys(JSON.parse(readFileSync(folder.path('config.json'), 'utf8')).sites);
    const reply = await fetch(`${url}/v1/sync`, {
      method: 'POST',
      body: JSON.stringify(request({ site, auth: { token } })),
    });
    expect([reply.status, ((await reply.json()) as { customer: string }).customer]).toEqual([200, 'ana']);
    expect(lines.join('\n')).not.toContain('secret');
    await expect(serve([...args, '--port', new URL(url).port])).rejects.toThrow(
      /is taken\. Pass another one with --port/,
    );
  });

  it('refuses demo keys in production', async () => {
    writeFileSync(
      folder.path('config.json'),
      JSON.stringify({ sites: { pk_x: { tokens: [{ secret: devSecret, issuer: 'a', audience: 'b' }] } } }),
    );
    const { code, text } = await run([], { NODE_ENV: 'production' });
    expect([code, text]).toEqual([1, expect.stringContaining('demo secret')]);
  });

  it.each([
    [['--port', 'abc'], '"abc" is no port'],
    [['--port', '65536'], '"65536" is no port'],
    [['--colour'], "Unknown option '--colour'"],
    [['dance'], 'There is no command "dance"'],
  ])('says what is wrong with %j', async (args, words) => {
    const { code, text } = await run(args);
    expect([code, text]).toEqual([1, expect.stringContaining(words)]);
  });

  it('says why a configuration that is there cannot be read', async () => {
    const code = await main(['--config', folder.path('.')], {});
    expect([code, said.join()]).toEqual([1, expect.stringMatching(/ cannot be read: EISDIR/)]);
  });

  it('says its version', async () => {
    const { version } = JSON.parse(readFileSync('src/server/package.json', 'utf8'));
    const { code, text } = await run(['--version']);
    expect([code, text]).toEqual([0, version]);
  });

  it('does not take a PostgreSQL address for a file name', async () => {
    const code = await main(['--dev'], { DATABASE_URL: 'postgres://db/relevo' });
    expect([code, said.join()]).toEqual([1, expect.stringContaining('SQLite files only')]);
    expect(existsSync('postgres:')).toBe(false);
  });

  it('takes a flag before the environment, RELEVO_PORT before PORT, and both before the default', async () => {
    const { readSettings } = await import('../../src/server/cli/settings.ts');
    const env = { RELEVO_PORT: '1', PORT: '2', DATABASE_URL: 'env.db' };
    expect(readSettings(['--port', '3', '--db', 'flag.db'], env)).toMatchObject({ port: 3, db: 'flag.db' });
    expect(readSettings([], env)).toMatchObject({ port: 1, db: 'env.db' });
    expect(readSettings([], { PORT: '2' })).toMatchObject({ port: 2, db: 'relevo.db', host: '127.0.0.1' });
    expect(readSettings([], {})).toMatchObject({ port: 4100, config: 'relevo.config.json', dev: false });
  });

  it('names each wrong field of a configuration', async () => {
    const site = {
      origins: 'x',
      tokens: [{ jwksUrl: 'https://a.example/jwks', issuer: 'a', audience: 'b', algorithms: ['HS256'] }],
    };
    writeFileSync(folder.path('config.json'), JSON.stringify({ sites: { pk_x: site }, unknown: 1 }));
    const { text } = await run([]);
    expect(text).toContain('sites.pk_x.origins');
    expect(text).toContain('sites.pk_x.tokens.0');
    expect(text).toContain('unknown');
  });

  it.each([
    'https://shop.example/',
    'https://SHOP.example',
    'https://shop.example:443',
    'https://*.shop.example',
    'https://bücher.example',
    'shop.example',
    'null',
    '*',
    '',
  ])('refuses the origin "%s", which no browser sends', (origin) => {
    expect(() => parseConfig({ sites: { pk_x: { origins: [origin] } } })).toThrow(
      /sites\.pk_x\.origins\.0: an origin is scheme:\/\/host\[:port\]/,
    );
  });

  it.each(['https://shop.example', 'http://localhost:3000', 'https://xn--bcher-kva.example', 'capacitor://localhost'])(
    'takes the origin "%s"',
    (origin) => {
      expect(parseConfig({ sites: { pk_x: { origins: [origin] } } }).sites.pk_x?.origins).toEqual([origin]);
    },
  );

  it('needs the secret that the configuration leaves in the environment', async () => {
    const tokens = [{ secret: { env: 'SHOP_SECRET' }, issuer: 'a', audience: 'b' }];
    writeFileSync(folder.path('config.json'), JSON.stringify({ sites: { pk_x: { tokens } } }));
    expect((await run(['token', '--customer', 'ana'])).text).toContain('SHOP_SECRET must hold the token secret');
    const { code, text } = await run(['token', '--customer', 'ana'], { SHOP_SECRET: 'x'.repeat(32) });
    expect([code, text.split('.').length]).toEqual([0, 3]);
  });
});

describe('relevo-server init', () => {
  it('writes a server key and a webhook secret that the server takes, and doctor names them without saying them', async () => {
    await run(['init']);
    const text = readFileSync(folder.path('config.json'), 'utf8');
    const [site] = Object.values(parseConfig(JSON.parse(text)).sites);
    expect(site?.serverKeys).toEqual([expect.stringMatching(/^sk_[A-Za-z0-9_-]{43}$/)]);
    expect(site?.webhookSecret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const doctor = await run(['doctor']);
    expect([doctor.code, doctor.text]).toEqual([0, expect.stringContaining('server keys: key-1 of pk_')]);
    for (const secret of [site?.serverKeys[0], site?.webhookSecret]) expect(doctor.text).not.toContain(secret);
    writeFileSync(folder.path('config.json'), text.replace('"sk_', '"sk_short", "sk_'));
    const refused = await run(['doctor']);
    expect([refused.code, refused.text]).toEqual([1, expect.stringContaining('must be sk_ and at least 32')]);
  });

  it('writes fresh keys that only the owner can read, and never overwrites', async () => {
    expect((await run(['init'])).code).toBe(0);
    const first = readFileSync(folder.path('config.json'), 'utf8');
    expect(statSync(folder.path('config.json')).mode & 0o777).toBe(0o600);
    const { code, text } = await run(['init']);
    expect([code, text]).toEqual([1, expect.stringContaining('exists and stays as it is')]);
    expect(readFileSync(folder.path('config.json'), 'utf8')).toBe(first);
  });
});

describe('relevo-server doctor', () => {
  const shop = (origins: readonly string[]) => {
    const tokens = [
      { secret: 'secret-of-site-a-0123456789-0123456789', issuer: 'https://shop.example', audience: 'relevo' },
    ];
    writeFileSync(folder.path('config.json'), JSON.stringify({ sites: { pk_a: { origins, tokens } } }));
  };

  it('finds a good configuration, database, token and origin good, and measures the flush', async () => {
    shop(['https://shop.example']);
    const { code, text } = await run(['doctor', '--token', await sign(), '--origin', 'https://shop.example']);
    expect([code, text]).toEqual([0, expect.stringMatching(/a flush to its disk takes [\d.]+ ms/)]);
    expect(text).toContain('token: customer "ana" until');
    expect(existsSync(folder.path('relevo.db.doctor'))).toBe(false);
  });

  it.each([
    ['https://shop.example/', 'browsers send it so, without path, trailing slash or capitals'],
    ['https://SHOP.example', 'browsers send it so'],
    ['http://shop.example', 'scheme and port must be the same too'],
    ['https://shop.example:8443', 'scheme and port must be the same too'],
    ['https://other.example', 'not listed for pk_a; add it to "origins" (now https://shop.example)'],
    ['null', 'a sandboxed frame or a file'],
    ['shop', 'this is no origin'],
  ])('says why origin %s is refused', async (origin, words) => {
    shop(['https://shop.example']);
    const { code, text } = await run(['doctor', '--origin', origin]);
    expect([code, text]).toEqual([1, expect.stringContaining(words)]);
  });

  it('says why a token is refused, what it says and what is wanted', async () => {
    shop([]);
    const { code, text } = await run(['doctor', '--token', await sign({ aud: 'other' })]);
    expect(code).toBe(1);
    expect(text).toMatch(
      /token: auth\/audience\. .* It says iss https:\/\/shop\.example, aud other, .*; pk_a wants issuer https:\/\/shop\.example, audience relevo, HS256/,
    );
  });

  it('fails where serving would: a secret that is not there, a demo secret in production', async () => {
    const rules = { issuer: 'a', audience: 'b' };
    const sites = {
      pk_a: { tokens: [{ ...rules, secret: { env: 'NOPE_SECRET' } }] },
      pk_b: { tokens: [{ ...rules, secret: devSecret }] },
    };
    writeFileSync(folder.path('config.json'), JSON.stringify({ sites }));
    for (const more of [[], ['--token', await sign()]]) {
      const { code, text } = await run(['doctor', ...more], { NODE_ENV: 'production' });
      expect(code).toBe(1);
      expect(text).toContain('FAIL  secrets of pk_a: The environment variable NOPE_SECRET must hold the token secret');
      expect(text).toContain('FAIL  secrets of pk_b: The configuration holds a demo secret');
      expect(text).toContain(`database ${folder.path('relevo.db')}`);
    }
  });

  it('says when it has made the database', async () => {
    shop([]);
    expect((await run(['doctor'])).text).toContain('made new');
    expect((await run(['doctor'])).text).not.toContain('made new');
  });

  it('finds a database that opens and yet is damaged', async () => {
    shop([]);
    await run(['doctor']);
    const bytes = readFileSync(folder.path('relevo.db'));
    bytes.writeUInt32BE(77_777, 32);
    writeFileSync(folder.path('relevo.db'), bytes);
    const { code, text } = await run(['doctor']);
    expect([code, text]).toEqual([1, expect.stringMatching(/FAIL {2}database .*: damaged .*77777.*Put a backup/)]);
  });

  it('says when keys cannot be fetched and when the database cannot be opened', async () => {
    const tokens = [{ jwksUrl: 'http://127.0.0.1:9/jwks', issuer: 'a', audience: 'b', algorithms: ['RS256'] }];
    writeFileSync(folder.path('config.json'), JSON.stringify({ sites: { pk_a: { tokens } } }));
    writeFileSync(folder.path('relevo.db'), 'this is no database, whatever its name says '.repeat(50));
    const { code, text } = await run(['doctor']);
    expect(code).toBe(1);
    expect(text).toContain('FAIL  keys http://127.0.0.1:9/jwks: cannot be fetched');
    expect(text).toContain('file is not a database');
  });
});

describe('the entry of the command', () => {
  it('asks for Node 22 before it loads anything', async () => {
    const source = readFileSync(cli, 'utf8');
    expect(source).not.toMatch(/^import /m);
    const script = `Object.defineProperty(process.versions, 'node', { value: '20.1.0' }); await import(${JSON.stringify(cli)});`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    let text = '';
    child.stderr.on('data', (chunk) => {
      text += chunk;
    });
    const [code] = await once(child, 'close');
    expect([code, text]).toEqual([1, expect.stringContaining('relevo-server needs Node 22 or newer; this is 20.1.0')]);
  });
});
