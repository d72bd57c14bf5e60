import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { add, guest, put } from './core-world.ts';
import { type HttpWorld, request, secretB, sign, startHttp } from './http-world.ts';

type Role = { readonly name: string; readonly site: string; readonly auth: object };

let world: HttpWorld;
let roles: Role[];
const cursors = new Map<string, string>();
const canary = (name: string) => `canary-of-${name}`;

beforeAll(async () => {
  world = await startHttp({ rates: null });
  roles = [
    { name: 'ana', site: 'pk_a', auth: { token: await sign({ sub: 'ana' }) } },
    { name: 'ben', site: 'pk_a', auth: { token: await sign({ sub: 'ben' }) } },
    { name: 'ana-of-b', site: 'pk_b', auth: { token: await sign({ sub: 'ana' }, { secret: secretB }) } },
    { name: 'visitor', site: 'pk_a', auth: guest('visitor') },
    { name: 'visitor-of-b', site: 'pk_b', auth: guest('visitor') },
    { name: 'stranger', site: 'pk_a', auth: guest('stranger') },
  ];
  for (const { name, site, auth } of roles) {
    const ops = [put(1, 'note', canary(name)), add(2, canary(name), 1)];
    const reply = await world.post(request({ site, auth, ops }));
    cursors.set(name, String(reply.json?.cur));
  }
});
afterAll(() => world.stop());

const foreign = (text: string, name: string) =>
  (text.match(/canary-of-[a-z-]+/gi) ?? []).filter((found) => found.toLowerCase() !== canary(name));

describe('what one sees', () => {
  it('is all of their own and nothing of anybody else, by any cursor, replica, device and id', async () => {
    const paths = ['/v1/sync', '/v1/beacon'];
    let asked = 0;
    for (const role of roles) {
      for (const other of roles) {
        for (const cur of [null, cursors.get(other.name), 'x']) {
          for (const r of ['replica_one', `replica_${other.name}_x`]) {
            for (const path of paths) {
              const body = request({
                site: role.site,
                auth: role.auth,
                cur,
                r,
                device: `device_${other.name}`,
                low: 99,
              });
              const reply = await world.post(body, {}, path);
              asked++;
              expect(foreign(reply.text, role.name)).toEqual([]);
              expect([200, 204, 409]).toContain(reply.status);
              if (cur === null && path === '/v1/sync') expect(reply.text).toContain(canary(role.name));
            }
          }
        }
      }
    }
    expect(asked).toBe(6 * 6 * 3 * 2 * 2);
  });

  it('is nothing on a site that their token or secret is not of', async () => {
    for (const role of roles) {
      for (const site of ['pk_a', 'pk_b']) {
        const reply = await world.post(request({ site, auth: role.auth }));
        const owner = roles.find(
          ({ auth, site: home }) => home === site && JSON.stringify(auth) === JSON.stringify(role.auth),
        );
        expect(foreign(reply.text, owner?.name ?? '')).toEqual([]);
      }
    }
  });

  it('is nothing of a guest without its secret, whether it exists or not', async () => {
    const wrong = { ...guest('visitor'), secret: 'not_the_secret_0123456789' };
    const reply = await world.post(request({ auth: wrong }));
    expect([reply.status, reply.code]).toEqual([401, 'auth/guest-secret']);
    expect(reply.text).not.toContain('canary');
  });

  it('is nothing of a customer by naming its space as a guest', async () => {
    const mine = await world.post(request({ auth: roles[0]?.auth }));
    const reply = await world.post(request({ auth: { guest: String(mine.json?.space), secret: 'x'.repeat(32) } }));
    expect([reply.status, reply.code]).toEqual([400, 'request/malformed']);
  });

  it('leaves a claim of a foreign guest without a trace', async () => {
    const claim = { ...guest('stranger'), secret: 'not_the_secret_0123456789', r: 'replica_one', ops: [] };
    const reply = await world.post(request({ auth: roles[1]?.auth, claim }));
    expect([reply.status, foreign(reply.text, 'ben')]).toEqual([401, []]);
    expect((await world.post(request({ auth: guest('stranger') }))).status).toBe(200);
  });
});
