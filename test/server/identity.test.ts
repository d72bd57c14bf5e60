import { describe, expect, it } from 'vitest';
import type { RelevoError } from '../../src/core/relevo-error.ts';
import type { SyncRequest } from '../../src/protocol/messages.ts';
import {
  checkGuest,
  checkGuestId,
  emptySpace,
  guestClaimed,
  identify,
  secretHash,
  spaceKey,
} from '../../src/server/identity.ts';
import { systemIds } from '../../src/server/real-ports.ts';
import type { ClaimRow, ReadTx, SpaceRow } from '../../src/server/store.ts';

const ids = systemIds;
const ask = (auth: object | undefined, { bearer, site = 'pk_a' }: { bearer?: string; site?: string } = {}) =>
  identify({ site, ...(auth ? { auth } : {}) } as unknown as SyncRequest, {
    bearer,
    ids,
    verifyToken: async (of, token) => ({ customer: `${token}@${of}`, expiresAtMs: 99 }),
  });
const guest = { guest: 'guest_of_ana', secret: 'secret_of_ana_0123456789' };
const codeOf = (check: () => unknown) => {
  try {
    check();
    return 'taken';
  } catch (error) {
    return (error as RelevoError).code;
  }
};

describe('who asks', () => {
  it('is the customer of the token', async () => {
    const caller = await ask({ token: 'ana' });
    expect(caller).toEqual({
      kind: 'customer',
      site: 'pk_a',
      customer: 'ana@pk_a',
      expiresAtMs: 99,
      id: expect.stringMatching(/^c_[a-z2-7]{24}$/),
    });
    expect((await ask({ token: 'ana' })).id).toBe(caller.id);
  });
  it('is another on another site, and when site and customer only read the same together', async () => {
    const idOf = async (customer: string, site: string) =>
      (
        await identify({ site } as unknown as SyncRequest, {
          bearer: 'token',
          ids,
          verifyToken: async () => ({ customer, expiresAtMs: 99 }),
        })
      ).id;
    const all = [
      await idOf('ana', 'pk_a'),
      await idOf('ana', 'pk_b'),
      await idOf('ben', 'pk_a'),
      await idOf('aana', 'pk_'),
    ];
    expect(new Set(all).size).toBe(4);
  });
  it('is said by the header before the body', async () => {
    expect(await ask({ token: 'ben' }, { bearer: 'ana' })).toMatchObject({ customer: 'ana@pk_a' });
    expect(await ask(guest, { bearer: 'ana' })).toMatchObject({ kind: 'customer' });
  });
  it('is a guest by its id and secret', async () => {
    expect(await ask(guest)).toEqual({ kind: 'guest', site: 'pk_a', secret: guest.secret, id: guest.guest });
  });
  it.each([[undefined], [{}]])('is malformed without any proof: %j', async (auth) => {
    await expect(ask(auth)).rejects.toMatchObject({
      code: 'request/malformed',
      message: expect.stringContaining('auth:'),
    });
  });
  it("is no guest with an id that a customer's space could have", async () => {
    await expect(ask({ ...guest, guest: 'c_abcdefgh' })).rejects.toMatchObject({
      code: 'request/malformed',
      message: expect.stringContaining('guest:'),
    });
    expect(checkGuestId('guest_c_abc')).toBe('guest_c_abc');
  });
});

describe('the key of a space', () => {
  it('begins with its site', () => {
    expect(spaceKey({ site: 'pk_a', id: 'guest_of_ana' })).toBe('pk_a/guest_of_ana');
  });
});

describe("a guest's secret", () => {
  const kept = (more: object = {}) => secretHash(ids, { key: 'k', space: 's', secret: 'x', ...more });
  const row = (more: Partial<SpaceRow> = {}): SpaceRow => ({
    ...emptySpace({ id: 's', site: 'pk_a', kind: 'guest', secret: kept() }),
    ...more,
  });
  it('is kept as a keyed hash of its own for each space', () => {
    expect(kept()).toBe(ids.hmac('k', 'guest\ns\nx'));
    expect(new Set([kept(), kept({ key: 'l' }), kept({ space: 't' }), kept({ secret: 'y' })]).size).toBe(4);
  });
  it('opens its own space, and a new one', () => {
    expect(codeOf(() => checkGuest(ids, { row: row(), secret: kept() }))).toBe('taken');
    expect(codeOf(() => checkGuest(ids, { row: undefined, secret: kept() }))).toBe('taken');
  });
  it.each<[string, Partial<SpaceRow>, string]>([
    ['another guest', {}, kept({ secret: 'y' })],
    ['a customer, whatever its secret', { kind: 'customer' }, kept()],
    ['a space without a secret', { secret: null }, kept()],
  ])('opens no space of %s', (_, more, secret) => {
    expect(codeOf(() => checkGuest(ids, { row: row(more), secret }))).toBe('auth/guest-secret');
  });
});

describe('a guest that is a customer’s by now', () => {
  /** The numbers that the server remembers are of the changes `a1`, `a2`, … */
  const known = async (last: number | undefined, carried?: unknown, ops: readonly { q: number; i: string }[] = []) => {
    const asked: string[] = [];
    const tx = {
      replica: async (space: string, id: string) => {
        asked.push(`${space} ${id}`);
        return last === undefined ? undefined : { id, last, low: 0, seenAt: 0 };
      },
      applied: async (_: string, __: string, q: number) =>
        q <= Math.min(last ?? 0, 100) ? { q, opId: `a${q}` } : undefined,
    } as unknown as ReadTx;
    const claim = { guest: 'pk_a/guest', carried } as unknown as ClaimRow;
    const error = await guestClaimed(tx, { claim, replica: 'phone', ops });
    expect([error.code, asked]).toEqual(['auth/guest-claimed', ['pk_a/guest phone']]);
    return error.known;
  };
  const batch = (replica: string, ...numbers: readonly number[]) => ({
    replica,
    ops: numbers.map((q) => ({ q, i: `a${q}` })),
  });
  it('is told how much of what this replica made the customer has', async () => {
    expect(await known(4)).toEqual(['phone', 4]);
    expect(await known(undefined)).toEqual(['phone', 0]);
  });
  it('is told of what the claim carried too, of this replica alone', async () => {
    expect(await known(4, [batch('phone', 5, 6), batch('laptop', 9)])).toEqual(['phone', 6]);
    expect(await known(7, [batch('phone', 5, 6)])).toEqual(['phone', 7]);
  });
  it('is not told of the numbers that a copy of its disk gave to other changes', async () => {
    const ops = (...ids: readonly string[]) => ids.map((i, at) => ({ q: at + 1, i }));
    expect(await known(4, undefined, ops('a1', 'a2', 'b3', 'b4'))).toEqual(['phone', 2]);
    expect(await known(4, undefined, ops('a1', 'a2', 'a3'))).toEqual(['phone', 4]);
    expect(await known(1, [batch('phone', 2, 3)], ops('a1', 'a2', 'b3', 'b4'))).toEqual(['phone', 2]);
    expect(await known(1, [batch('phone', 2, 3)], ops('a1', 'a2', 'a3'))).toEqual(['phone', 3]);
    expect(await known(1, [batch('laptop', 2, 3)], ops('a1', 'b2'))).toEqual(['phone', 1]);
    expect(await known(undefined, undefined, ops('b1'))).toEqual(['phone', 0]);
  });
  it('is told of what is remembered alone once a restore closed the numbers', async () => {
    const closed = 1_000_000_000;
    expect(await known(closed)).toEqual(['phone', 0]);
    expect(await known(closed, undefined, [{ q: 100, i: 'a100' }])).toEqual(['phone', closed]);
    expect(await known(closed, undefined, [{ q: 101, i: 'a101' }])).toEqual(['phone', 100]);
    // One that it no longer remembers, as it had more than it remembers since.
    expect(await known(200, undefined, [{ q: 101, i: 'a101' }])).toEqual(['phone', 200]);
  });
});

describe('a space before its first change', () => {
  it('counts nothing', () => {
    const row = { id: 's', site: 'pk_a', kind: 'guest', secret: 'x' } as const;
    expect(emptySpace(row)).toEqual({
      ...row,
      era: 0,
      acl: 0,
      version: 0,
      clock: 0,
      bytes: 0,
      lines: 0,
      gcVersion: 0,
      due: Number.MAX_SAFE_INTEGER,
    });
  });
});
