import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { RelevoError } from '../../src/core/relevo-error.ts';
import { createReadToken, createVerifyToken } from '../../src/server/auth.ts';
import type { TokenRules } from '../../src/server/config.ts';

const nowS = 1_800_000_000;
const clock = { now: () => nowS * 1_000 };
const secret = 'secret-of-the-site-0123456789-0123456789';
const successor = 'secret-of-tomorrow-0123456789-0123456789';
const rules = (more: object = {}): TokenRules =>
  ({
    issuer: 'https://shop.example',
    audience: 'relevo',
    customerClaim: 'sub',
    clockToleranceS: 30,
    algorithms: ['HS256'],
    secret,
    ...more,
  }) as TokenRules;
const token = (claims: Record<string, unknown> = {}, key = secret, alg = 'HS256') =>
  new SignJWT({ sub: 'ana', iss: 'https://shop.example', aud: 'relevo', exp: nowS + 600, ...claims })
    .setProtectedHeader({ alg })
    .sign(new TextEncoder().encode(key));

const verified = async (text: string | Promise<string>, ...of: readonly TokenRules[]) =>
  createVerifyToken({ site: of.length ? of : [rules()] }, clock)('site', await text);
const refused = async (text: string | Promise<string>, ...of: readonly TokenRules[]): Promise<RelevoError> =>
  verified(text, ...of).then(
    () => Promise.reject(new Error('it was taken')),
    (error: RelevoError) => error,
  );

describe('who a token is', () => {
  it('is its customer, until its end and the tolerance', async () => {
    expect(await verified(token())).toEqual({ customer: 'ana', expiresAtMs: (nowS + 630) * 1_000 });
    expect(await verified(token(), rules({ clockToleranceS: 5 }))).toMatchObject({ expiresAtMs: (nowS + 605) * 1_000 });
  });
  it('may be a whole number, and is the text of it', async () => {
    expect((await verified(token({ sub: 77 as never }))).customer).toBe('77');
    expect((await verified(token({ sub: Number.MAX_SAFE_INTEGER as never }))).customer).toBe('9007199254740991');
  });
  it.each<[string, unknown]>([
    ['a number that is not exact', 2 ** 53],
    ['half a number', 7.5],
    ['true', true],
    ['a list', ['ana']],
    ['nothing', ''],
    ['257 characters', 'x'.repeat(257)],
    ['half a character', 'a\ud800'],
  ])('is nobody when the claim holds %s', async (_, uid) => {
    expect((await refused(token({ uid }), rules({ customerClaim: 'uid' }))).code).toBe('auth/claim');
  });
  it('is the customer where `act` says that nobody else acts', async () => {
    expect((await verified(token({ act: null }))).customer).toBe('ana');
  });
  it('has 256 characters at most', async () => {
    const longest = 'x'.repeat(256);
    expect((await verified(token({ sub: longest }))).customer).toBe(longest);
  });
  it('stands in the claim that the rules say, by default in `sub`, with 30 s for clocks that differ', async () => {
    const { customerClaim: _, clockToleranceS: __, ...bare } = rules() as unknown as Record<string, unknown>;
    const defaults = bare as unknown as TokenRules;
    expect(await verified(token({ exp: nowS - 29 }), defaults)).toEqual({
      customer: 'ana',
      expiresAtMs: (nowS + 1) * 1_000,
    });
    expect((await refused(token({ exp: nowS - 30 }), defaults)).code).toBe('auth/expired');
  });
});

describe('a token is refused', () => {
  it.each<[string, Record<string, unknown>, string, boolean]>([
    ['after its end', { exp: nowS - 31 }, 'auth/expired', true],
    ['before its time', { nbf: nowS + 31 }, 'auth/not-yet', false],
    ['of another issuer', { iss: 'https://evil.example' }, 'auth/issuer', false],
    ['for another audience', { aud: 'other' }, 'auth/audience', false],
    ['without an issuer', { iss: undefined }, 'auth/claim', false],
    ['without an audience', { aud: undefined }, 'auth/claim', false],
    ['without an end', { exp: undefined }, 'auth/claim', false],
    ['without a customer', { sub: undefined }, 'auth/claim', false],
  ])('%s', async (_, claims, code, retryable) => {
    const error = await refused(token(claims));
    expect([error.code, error.retryable]).toEqual([code, retryable]);
    if (code !== 'auth/expired') expect(error.cause).toBeInstanceOf(Error);
  });
  it.each<[string, unknown]>([
    ['an agent', { sub: 'agent-7' }],
    ['nobody in particular', {}],
    ['a text', 'agent-7'],
  ])('that says that %s acts for the customer, also where another claim names them', async (_, act) => {
    const error = await refused(token({ act }));
    expect([error.code, error.retryable]).toEqual(['auth/claim', false]);
    expect(error.message).toContain('`act`');
    expect((await refused(token({ act, uid: 'ana' }), rules({ customerClaim: 'uid' }))).code).toBe('auth/claim');
    expect((await refused(token({ act }, successor), rules(), rules({ secret: successor }))).code).toBe('auth/claim');
  });
  it('signed with another key or another algorithm, and with what is no token', async () => {
    expect((await refused(token({}, successor))).code).toBe('auth/signature');
    expect((await refused(token({}, secret, 'HS384'))).code).toBe('auth/malformed');
    expect((await refused('no token')).code).toBe('auth/malformed');
  });
  it('by a site that is not there, also one with the name of an inherited member', async () => {
    const verify = createVerifyToken({ site: [rules()] }, clock);
    for (const site of ['other', 'toString'])
      await expect(verify(site, await token())).rejects.toMatchObject({ code: 'auth/malformed', retryable: false });
  });
});

describe('of several rules', () => {
  const both = [rules(), rules({ secret: successor })];
  it('one that takes the token is enough, whichever it is', async () => {
    expect((await verified(token(), ...both)).customer).toBe('ana');
    expect((await verified(token({}, successor), ...both)).customer).toBe('ana');
  });
  it('the one that knew the key says what else is wrong, whichever it is', async () => {
    expect((await refused(token({ exp: nowS - 90 }), ...both)).code).toBe('auth/expired');
    expect((await refused(token({ exp: nowS - 90 }, successor), ...both)).code).toBe('auth/expired');
  });
  it('none that knows the key says that the signature is of another', async () => {
    expect((await refused(token({}, 'x'.repeat(40)), ...both)).code).toBe('auth/signature');
  });
});

describe('a token that has ended', () => {
  const read = createReadToken({ site: [rules(), rules({ secret: successor })] }, clock);
  it('is read, and said to be over: a device that was revoked hears that all the same', async () => {
    for (const key of [secret, successor])
      expect(await read('site', await token({ exp: nowS - 90, iat: nowS - 900 }, key))).toMatchObject({
        customer: 'ana',
        bornAtMs: (nowS - 900) * 1_000,
        isOver: true,
      });
    expect(await read('site', await token())).not.toHaveProperty('isOver');
  });
  it.each<[string, Record<string, unknown>, string]>([
    ['of another issuer', { iss: 'https://evil.example' }, 'auth/issuer'],
    ['for another audience', { aud: 'other' }, 'auth/audience'],
    ['without a customer', { sub: undefined }, 'auth/claim'],
    ['before its time', { nbf: nowS + 31 }, 'auth/not-yet'],
  ])("and is %s is nobody's", async (_, claims, code) => {
    await expect(read('site', await token({ exp: nowS - 90, ...claims }))).rejects.toMatchObject({ code });
  });
});

describe('a set of keys', () => {
  /** A key server that answers so, while `use` runs. */
  const serving = async (answer: string | undefined, use: (rules: TokenRules) => Promise<void>) => {
    const server = createServer((_, response) => {
      response.statusCode = answer === undefined ? 500 : 200;
      response.end(answer);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
    try {
      await use(rules({ secret: undefined, jwksUrl, algorithms: ['ES256'] }));
    } finally {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  };
  const keys = generateKeyPair('ES256', { extractable: true });
  const signed = async (kid: string) =>
    new SignJWT({ sub: 'ana', iss: 'https://shop.example', aud: 'relevo', exp: nowS + 600 })
      .setProtectedHeader({ alg: 'ES256', kid })
      .sign((await keys).privateKey);
  const withoutSecret = ({ secret: _, ...others }: Record<string, unknown>) => others as unknown as TokenRules;

  it('is fetched, and a key that it lacks has signed nothing', async () => {
    const jwk = { ...(await exportJWK((await keys).publicKey)), kid: 'k1', alg: 'ES256' };
    await serving(JSON.stringify({ keys: [jwk] }), async (of) => {
      const fetched = withoutSecret(of as unknown as Record<string, unknown>);
      expect((await verified(signed('k1'), fetched)).customer).toBe('ana');
      expect((await refused(signed('k2'), fetched)).code).toBe('auth/signature');
    });
  });
  it.each([['{"keys":7}'], ['<html>'], [undefined]])(
    'that the key server answers as %s cannot be had: it is tried again',
    async (answer) => {
      await serving(answer, async (of) => {
        const error = await refused(signed('k1'), withoutSecret(of as unknown as Record<string, unknown>));
        expect([error.code, error.retryable]).toEqual(['auth/keys', true]);
      });
    },
  );
  it('is not what is wrong with a key of another kind: trying again would not help', async () => {
    const error = await refused(signed('k1'), rules({ algorithms: ['ES256'] }));
    expect([error.code, error.retryable]).toEqual(['auth/malformed', false]);
    expect(error.cause).toBeInstanceOf(TypeError);
  });
  it('whose server is away cannot be had either', async () => {
    const away = withoutSecret({ ...rules(), jwksUrl: 'http://127.0.0.1:9/jwks', algorithms: ['ES256'] });
    const error = await refused(signed('k1'), away);
    expect([error.code, error.retryable]).toEqual(['auth/keys', true]);
  });
});
