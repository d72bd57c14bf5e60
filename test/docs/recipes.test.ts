import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createVerifyToken } from '../../src/server/auth.ts';
import { parseConfig, tokenRules } from '../../src/server/config.ts';
import { root } from '../house/file-map.ts';
import { blocksOf } from './blocks.ts';

const page = readFileSync(join(root, 'docs/RECIPES.md'), 'utf8');

const section = (heading: string) => {
  const [, text = ''] = page.split(`\n## ${heading}\n`);
  const blocks = blocksOf('docs/RECIPES.md', text.split('\n## ')[0] ?? '');
  const block = (language: string) => blocks.find((one) => one.language === language)?.text ?? '';
  return { config: parseConfig(JSON.parse(block('json'))), program: block('js') };
};

type Options = { readonly getToken: () => Promise<string | null> };
type Instance = Options & { signIn(token: string): Promise<void>; signOut(): Promise<void> };

/** The recipe's program, with a `createRelevo` that gives back its options and notes what is called on it. */
const startOf = async (heading: string) => {
  const module = `data:text/javascript,${encodeURIComponent(
    section(heading).program.replace(
      "import { createRelevo } from 'relevo';",
      'const { createRelevo } = globalThis.recipe;',
    ),
  )}`;
  const calls: string[] = [];
  const createRelevo = (options: Options): Instance => ({
    ...options,
    signIn: async (token) => void calls.push(`in ${token}`),
    signOut: async () => void calls.push('out'),
  });
  vi.stubGlobal('recipe', { createRelevo });
  const { startRelevo } = (await import(module)) as { startRelevo(client: unknown): Instance };
  vi.unstubAllGlobals();
  return { startRelevo, calls };
};

const nowMs = 1_800_000_000_000;
const nowS = nowMs / 1_000;

// The providers' keys, at the paths that the recipes name.
const keys = { RS256: await generateKeyPair('RS256'), ES256: await generateKeyPair('ES256') };
const stranger = await generateKeyPair('RS256');
const keySet = async () => ({
  keys: await Promise.all(
    Object.entries(keys).map(async ([alg, { publicKey }]) => ({ ...(await exportJWK(publicKey)), alg, kid: alg })),
  ),
});
const asked: string[] = [];
const provider = createServer(async (request, response) => {
  asked.push(request.url ?? '');
  response.setHeader('content-type', 'application/json').end(JSON.stringify(await keySet()));
});
beforeAll(() => new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => provider.close(resolve)));

/** The server's check by the recipe's configuration, with the provider's address led to the one above. */
const verifyBy = (heading: string, env = {}) => {
  const site = section(heading).config.sites['pk_shop'];
  if (!site) throw new Error('the recipe has no pk_shop');
  const local = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const rules = tokenRules(site, env).map((rule) =>
    'jwksUrl' in rule ? { ...rule, jwksUrl: local + new URL(rule.jwksUrl).pathname } : rule,
  );
  const verify = createVerifyToken({ pk_shop: rules }, { now: () => nowMs });
  return (token: string) => verify('pk_shop', token);
};

const sign = (alg: keyof typeof keys, claims: JWTPayload, by = keys[alg]) =>
  new SignJWT({ iat: nowS, exp: nowS + 3_600, ...claims })
    .setProtectedHeader({ alg, kid: alg, typ: 'JWT' })
    .sign(by.privateKey);

/** What such a provider puts into a token, by its own documentation. */
const providers = [
  {
    heading: 'Auth0',
    alg: 'RS256',
    claims: {
      iss: 'https://your-tenant.eu.auth0.com/',
      sub: 'auth0|66f1c0ffee',
      aud: ['https://sync.shop.example', 'https://your-tenant.eu.auth0.com/userinfo'],
      azp: 'client',
      scope: 'openid profile',
    },
    path: '/.well-known/jwks.json',
  },
  {
    heading: 'Supabase',
    alg: 'ES256',
    claims: {
      iss: 'https://your-project.supabase.co/auth/v1',
      sub: '7f1c1a3e-0000-4000-8000-000000000001',
      aud: 'authenticated',
      role: 'authenticated',
      is_anonymous: false,
    },
    path: '/auth/v1/.well-known/jwks.json',
  },
  {
    heading: 'Firebase',
    alg: 'RS256',
    claims: {
      iss: 'https://securetoken.google.com/your-project',
      sub: 'kJq3vT9sXyZ',
      user_id: 'kJq3vT9sXyZ',
      aud: 'your-project',
      firebase: { sign_in_provider: 'password' },
    },
    path: '/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com',
  },
] as const;

describe.each(providers)('the recipe for $heading', ({ heading, alg, claims, path }) => {
  const aud = typeof claims.aud === 'string' ? claims.aud : [...claims.aud];

  test('lets in a token as that provider issues it', async () => {
    asked.length = 0;
    const verified = await verifyBy(heading)(await sign(alg, { ...claims, aud }));
    expect(verified.customer).toBe(claims.sub);
    expect(asked).toEqual([path]);
  });

  test('keeps out tokens of other keys, projects, purposes and times', async () => {
    const verify = verifyBy(heading);
    const refused = async (token: Promise<string>) =>
      verify(await token).catch((error: { code: string }) => error.code);
    expect(await refused(sign('RS256', { ...claims, aud }, stranger))).toBe('auth/signature');
    expect(await refused(sign(alg, { ...claims, aud: 'another' }))).toBe('auth/audience');
    expect(await refused(sign(alg, { ...claims, aud, iss: 'https://evil.example/' }))).toBe('auth/issuer');
    expect(await refused(sign(alg, { ...claims, aud, exp: nowS - 60 }))).toBe('auth/expired');
  });
});

describe('the page’s half', () => {
  test('of Auth0 asks for a token of the configured audience, and says when nobody is signed in', async () => {
    const { startRelevo } = await startOf('Auth0');
    const { audience } = section('Auth0').config.sites['pk_shop']?.tokens[0] ?? {};
    let isAuthenticated = false;
    const { getToken } = startRelevo({
      isAuthenticated: async () => isAuthenticated,
      getTokenSilently: async (options: { authorizationParams: { audience: string } }) =>
        `token for ${options.authorizationParams.audience}`,
    });
    expect(await getToken()).toBeNull();
    isAuthenticated = true;
    expect(await getToken()).toBe(`token for ${audience}`);
  });

  test('of Supabase follows the session and leaves anonymous users guests', async () => {
    const { startRelevo, calls } = await startOf('Supabase');
    let session: unknown = null;
    let hear = (_event: string, _session: unknown): void => {};
    const { getToken } = startRelevo({
      auth: {
        getSession: async () => ({ data: { session } }),
        onAuthStateChange: (listener: typeof hear) => {
          hear = listener;
        },
      },
    });
    expect(await getToken()).toBeNull();
    session = { access_token: 'eyJ', user: { is_anonymous: true } };
    expect(await getToken()).toBeNull();
    session = { access_token: 'eyJ', user: { is_anonymous: false } };
    expect(await getToken()).toBe('eyJ');
    hear('INITIAL_SESSION', null);
    hear('SIGNED_IN', session);
    hear('TOKEN_REFRESHED', session);
    hear('SIGNED_OUT', null);
    expect(calls).toEqual(['in eyJ', 'out']);
  });

  test('of Firebase waits until the user is known and leaves anonymous users guests', async () => {
    const { startRelevo, calls } = await startOf('Firebase');
    const user = { isAnonymous: false, getIdToken: async () => 'eyJ' };
    let hear = async (_user: unknown): Promise<void> => {};
    const auth = {
      currentUser: null as unknown,
      authStateReady: async () => {
        auth.currentUser = user;
      },
      onAuthStateChanged: (listener: typeof hear) => {
        hear = listener;
      },
    };
    const { getToken } = startRelevo(auth);
    expect(await getToken()).toBe('eyJ');
    await hear(user);
    await hear({ ...user, isAnonymous: true });
    await hear(null);
    expect(calls).toEqual(['in eyJ', 'out', 'out']);
  });
});

test('the recipe for a session cookie signs what its configuration takes, and answers 204 when signed out', async () => {
  const heading = 'Session cookie, no JWT';
  const RELEVO_TOKEN_SECRET = 'a-secret-of-this-test-with-40-characters';
  vi.stubEnv('RELEVO_TOKEN_SECRET', RELEVO_TOKEN_SECRET);
  vi.useFakeTimers({ now: nowMs, toFake: ['Date'] });
  try {
    const program = section(heading).program.replace("'jose'", `'${import.meta.resolve('jose')}'`);
    const { relevoToken } = (await import(`data:text/javascript,${encodeURIComponent(program)}`)) as {
      relevoToken(of: () => Promise<unknown>): (request: unknown, response: unknown) => Promise<void>;
    };
    const answerFor = async (customer: unknown) => {
      const reply = { status: 0, headers: {} as Record<string, string>, body: '' };
      const response = {
        setHeader: (name: string, value: string) => Object.assign(reply.headers, { [name]: value }),
        writeHead(status: number, headers = {}) {
          Object.assign(reply, { status, headers: { ...reply.headers, ...headers } });
          return response;
        },
        end: (body = '') => Object.assign(reply, { body }),
      };
      await relevoToken(async () => customer)({}, response);
      return reply;
    };
    const { status, headers, body } = await answerFor(4711);
    expect({ status, headers }).toEqual({
      status: 200,
      headers: { 'cache-control': 'no-store', 'content-type': 'text/plain' },
    });
    expect((await verifyBy(heading, { RELEVO_TOKEN_SECRET })(body)).customer).toBe('4711');
    expect(await answerFor(undefined)).toEqual({ status: 204, headers: { 'cache-control': 'no-store' }, body: '' });
  } finally {
    vi.useRealTimers();
    vi.unstubAllEnvs();
  }
});
