import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { add, guest } from './core-world.ts';
import { type HttpWorld, request, secretA, secretB, sign, sites, startHttp } from './http-world.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const now = Math.floor(Date.now() / 1_000);
const claims = { sub: 'ana', iss: 'https://shop.example', aud: 'relevo', exp: now + 600 };
const b64 = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

let world: HttpWorld;
let keyServer: ReturnType<typeof createServer>;
beforeAll(async () => {
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256' };
  keyServer = createServer((_, response) => response.end(JSON.stringify({ keys: [jwk] })));
  await new Promise<void>((done) => keyServer.listen(0, '127.0.0.1', done));
  const jwksUrl = `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}/jwks`;
  const common = { issuer: 'https://shop.example', audience: 'relevo' };
  world = await startHttp({
    sites: {
      ...sites,
      pk_jwks: { tokens: [{ ...common, jwksUrl, algorithms: ['RS256'] }] },
      pk_away: { tokens: [{ ...common, jwksUrl: 'http://127.0.0.1:9/jwks', algorithms: ['RS256'] }] },
      pk_rotating: {
        tokens: [
          { ...common, secret: secretB },
          { ...common, secret: secretA },
        ],
      },
      pk_none: {},
      pk_other_claim: { tokens: [{ ...common, secret: secretA, customerClaim: 'uid' }] },
    },
  });
});
afterAll(async () => {
  await world.stop();
  keyServer.close();
});

const answer = async (token: unknown, site = 'pk_a') => {
  const reply = await world.post(request({ site, auth: { token } }));
  return [reply.status, reply.code ?? reply.json?.customer];
};
const rs256 = (over: object = {}, key = privateKey, header: object = {}) =>
  new SignJWT({ ...claims, ...over }).setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header }).sign(key);

describe('a token', () => {
  const cases: readonly (readonly [string, () => Promise<string> | string, string])[] = [
    ['that has expired', () => sign({ exp: now - 31 }), 'auth/expired'],
    ['that is not valid yet', () => sign({ nbf: now + 60 }), 'auth/not-yet'],
    ['of another issuer', () => sign({ iss: 'https://evil.example' }), 'auth/issuer'],
    ['for another audience', () => sign({ aud: 'other' }), 'auth/audience'],
    ['without an end', () => sign({ exp: undefined }), 'auth/claim'],
    ['without an issuer', () => sign({ iss: undefined }), 'auth/claim'],
    ['without an audience', () => sign({ aud: undefined }), 'auth/claim'],
    ['without a customer', () => sign({ sub: undefined }), 'auth/claim'],
    ['with an empty customer', () => sign({ sub: '' }), 'auth/claim'],
    ['with a customer that is an object', () => sign({ sub: { $ne: null } as never }), 'auth/claim'],
    ['with a customer of 300 characters', () => sign({ sub: 'x'.repeat(300) }), 'auth/claim'],
    ['of an agent who acts for a customer', () => sign({ act: { sub: 'agent-7' } }), 'auth/claim'],
    ['with an end that is a text', () => sign({ exp: 'tomorrow' }), 'auth/claim'],
    ['signed with another secret', () => sign({}, { secret: secretB }), 'auth/signature'],
    ['of another algorithm of the family', () => sign({}, { header: { alg: 'HS384' } }), 'auth/malformed'],
    ['with alg none', () => `${b64({ alg: 'none' })}.${b64(claims)}.`, 'auth/malformed'],
    ['with alg None and a signature', () => `${b64({ alg: 'None' })}.${b64(claims)}.AAAA`, 'auth/malformed'],
    ['signed with RS256', () => rs256(), 'auth/malformed'],
    [
      'with its own key inside',
      async () => sign({}, { secret: secretB, header: { jwk: await exportJWK(stranger.publicKey) } }),
      'auth/signature',
    ],
    [
      'that names a key by a path',
      () => sign({}, { secret: secretB, header: { kid: '../../etc/passwd' } }),
      'auth/signature',
    ],
    [
      'that names a key by SQL',
      () => sign({}, { secret: secretB, header: { kid: "x' UNION SELECT 1--" } }),
      'auth/signature',
    ],
    [
      'that names a key by an address',
      () => sign({}, { secret: secretB, header: { jku: 'http://127.0.0.1:9/' } }),
      'auth/signature',
    ],
    [
      'with an unknown critical header',
      () =>
        sign({}, { header: { crit: ['x'], x: 1 } }).catch(
          () => `${b64({ alg: 'HS256', crit: ['x'], x: 1 })}.${b64(claims)}.AAAA`,
        ),
      'auth/malformed',
    ],
    ['that is no JWT', () => 'hello', 'auth/malformed'],
    ['of empty parts', () => '..', 'auth/malformed'],
    ['with a payload that is no JSON', () => `${b64({ alg: 'HS256' })}.${b64('x')}.AAAA`, 'auth/signature'],
    ['with a cut signature', async () => (await sign()).slice(0, -4), 'auth/signature'],
    [
      'with a changed payload',
      async () => (await sign()).replace(/\.[^.]+\./, `.${b64({ ...claims, sub: 'ben' })}.`),
      'auth/signature',
    ],
  ];

  it.each(cases)('%s is refused', async (_, token, code) => {
    expect(await answer(await token())).toEqual([401, code]);
  });

  it('of an agent opens nothing, by the body, by the header, as a beacon or with a claim', async () => {
    const token = await sign({ act: { sub: 'agent-7' } });
    const bearer = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const { cur: _, ...beacon } = request({ auth: { token }, ops: [add(1, 'sofa', 1)] });
    const visitor = guest('of-an-agent');
    await world.post(request({ auth: visitor, ops: [add(1, 'lamp', 1)] }));
    const replies = [
      await world.post(request({ ops: [add(1, 'sofa', 1)] }), bearer),
      await world.post(beacon, {}, '/v1/beacon'),
      await world.post(request({ auth: { token }, claim: { ...visitor, r: 'replica_guest', ops: [] } })),
    ];
    expect(replies.map(({ status, code }) => [status, code])).toEqual(Array(3).fill([401, 'auth/claim']));
    const own = await world.post(request({ auth: { token: await sign() } }));
    expect([own.status, own.json?.ent]).toEqual([200, []]);
    expect((await world.post(request({ auth: visitor }))).status).toBe(200);
  });

  it('in order is taken, from the body and from the header', async () => {
    const token = await sign();
    expect(await answer(token)).toEqual([200, 'ana']);
    const reply = await world.post(request(), { authorization: `Bearer ${token}`, 'content-type': 'application/json' });
    expect([reply.status, reply.json?.customer]).toEqual([200, 'ana']);
  });

  it('is taken within the tolerance for clocks', async () => {
    expect(await answer(await sign({ exp: now - 20 }))).toEqual([200, 'ana']);
  });

  it('of one site is refused by another', async () => {
    expect(await answer(await sign(), 'pk_b')).toEqual([401, 'auth/signature']);
    expect(await answer(await sign({}, { secret: secretB }), 'pk_b')).toEqual([200, 'ana']);
  });

  it('is taken with an old and a new secret while they change', async () => {
    expect(await answer(await sign(), 'pk_rotating')).toEqual([200, 'ana']);
    expect(await answer(await sign({}, { secret: secretB }), 'pk_rotating')).toEqual([200, 'ana']);
    expect(await answer(await sign({ exp: now - 90 }), 'pk_rotating')).toEqual([401, 'auth/expired']);
  });

  it('is refused by a site that takes none', async () => {
    expect(await answer(await sign(), 'pk_none')).toEqual([401, 'auth/malformed']);
  });

  it('names the customer by the claim that the site says', async () => {
    expect(await answer(await sign({ uid: 77 }), 'pk_other_claim')).toEqual([200, '77']);
    expect(await answer(await sign(), 'pk_other_claim')).toEqual([401, 'auth/claim']);
  });

  it('is checked with the key set of the site', async () => {
    expect(await answer(await rs256(), 'pk_jwks')).toEqual([200, 'ana']);
    expect(await answer(await rs256({}, stranger.privateKey), 'pk_jwks')).toEqual([401, 'auth/signature']);
    expect(await answer(await rs256({}, privateKey, { kid: 'k2' }), 'pk_jwks')).toEqual([401, 'auth/signature']);
    expect(await answer(await rs256({ exp: now - 90 }), 'pk_jwks')).toEqual([401, 'auth/expired']);
  });

  it('signed with the public key as if it were a secret is refused', async () => {
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const forged = await sign({}, { secret: pem, header: { kid: 'k1' } });
    expect(await answer(forged, 'pk_jwks')).toEqual([401, 'auth/malformed']);
  });

  it('cannot be checked while the key set is away, and the server says that it tries again', async () => {
    const reply = await world.post(request({ site: 'pk_away', auth: { token: await rs256() } }));
    expect([reply.status, reply.code, reply.json?.retryable]).toEqual([503, 'auth/keys', true]);
  });

  it.each([[1], [null], [{}], [''], ['x'.repeat(9_000)]])(
    'of the wrong type or size is malformed: %j',
    async (token) => {
      const [status] = await answer(token);
      expect(status).toBe(400);
    },
  );

  it('that is refused answers one shape and tells nothing else', async () => {
    const reply = await world.post(request({ auth: { token: await sign({ sub: undefined }) } }));
    expect(Object.keys(reply.json ?? {}).sort()).toEqual(['code', 'message', 'retryable']);
    expect(JSON.stringify(world.log)).not.toContain('eyJ');
  });
});
