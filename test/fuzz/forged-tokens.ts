import { generateKeyPairSync } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { farEnd, polite, secret, sign } from './site.ts';

const claims = { sub: polite.customer, iss: 'https://shop.example', aud: 'relevo', exp: farEnd };
const strange: readonly unknown[] = [
  undefined,
  '',
  null,
  {},
  [],
  -0.5,
  true,
  'x'.repeat(257),
  '\ud800',
  { toString: 1 },
];

/** Tokens that would open the polite customer's space if one rule of the site were not kept. */
export const forgeTokens = async (): Promise<readonly string[]> => {
  const good = await sign({ sub: polite.customer });
  const [head = '', body = '', mac = ''] = good.split('.');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const rsa = new SignJWT(claims);
  const text = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [
    new UnsecuredJWT(claims).encode(),
    `${text({ alg: 'none' })}.${body}.${mac}`,
    `${text({ alg: 'HS256', crit: ['exp'] })}.${body}.${mac}`,
    await sign(claims, { with: 'another-secret-0123456789-0123456789-0123' }),
    await sign({ ...claims, aud: 'other' }),
    await sign({ ...claims, aud: ['x', 'y'] }),
    await sign({ ...claims, aud: undefined }),
    await sign({ ...claims, iss: 'https://shop.example.evil' }),
    await sign({ ...claims, iss: undefined }),
    await sign({ ...claims, exp: 1 }),
    await sign({ ...claims, exp: -1 }),
    await sign({ ...claims, exp: undefined }),
    await sign({ ...claims, exp: 'soon' }),
    await sign({ ...claims, nbf: farEnd }),
    await sign(claims, { header: { alg: 'HS512' } }),
    await sign(claims, { with: secret.toUpperCase(), header: { kid: '../../etc/passwd' } }),
    await sign(claims, { with: secret.slice(1), header: { kid: "' OR 1=1 --", jku: 'http://127.0.0.1:1/keys' } }),
    await sign(claims, { with: `${secret}\n`, header: { jwk: { kty: 'oct', k: text(secret) } } }),
    await rsa.setProtectedHeader({ alg: 'RS256' }).sign(privateKey),
    ...(await Promise.all(strange.map((sub) => sign({ ...claims, sub })))),
    `${head}.${body}.`,
    `${head}.${body}`,
    `${head}.${body}.${mac.slice(0, -1)}`,
    `${head}.${body}.${mac}.`,
    `${head}..${mac}`,
    `.${body}.${mac}`,
    `${head}.${text({ ...claims, nested: good })}.${mac}`,
    `${text({ alg: 'dir', enc: 'A128GCM' })}..${body}.${body}.${mac}`,
    await sign({ ...claims, sub: polite.customer, exp: 1, pad: 'x'.repeat(5_000) }),
    `${head}.${'A'.repeat(100_000)}.${mac}`,
    '..',
    'null',
    'undefined',
    'a',
    '%00',
  ];
};
