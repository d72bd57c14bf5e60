import { describe, expect, it } from 'vitest';
import { systemIds } from '../../src/server/real-ports.ts';
import { type Ticket, ticketCodec, ticketLifeMs } from '../../src/server/tickets.ts';

const madeAtMs = 1_800_000_000_000;
// Long enough, and of such letters, that its base64 has every character that an address would not carry.
const ticket: Ticket = {
  nonce: 'n~~~???>>>',
  site: 'pk_a',
  space: 'pk_a/c_2xk7',
  device: 'd_5n0wYcV3qk',
  madeAtMs,
  tokenEndsMs: null,
};
const codec = ticketCodec(systemIds, 'key-of-this-server');
const codeOf = (read: () => unknown) => {
  try {
    read();
    return 'taken';
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe('a ticket for the live channel', () => {
  it('is read as it was written, for 30 s', () => {
    const text = codec.write(ticket);
    expect(ticketLifeMs).toBe(30_000);
    expect(codec.read(text, madeAtMs)).toEqual(ticket);
    expect(codec.read(text, madeAtMs + 30_000)).toEqual(ticket);
    expect(codeOf(() => codec.read(text, madeAtMs + 30_001))).toBe('auth/ticket');
  });
  it('is a text that an address carries as it is, whatever it stands for', () => {
    for (let n = 0; n < 60; n++) {
      const one = { ...ticket, nonce: `${'~'.repeat(n % 7)}${'?>'.repeat(n)}` };
      const text = codec.write(one);
      expect(text).toMatch(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/);
      expect(codec.read(text, madeAtMs)).toEqual(one);
    }
  });
  it.each<[string, (text: string) => string]>([
    ['made by another server', () => ticketCodec(systemIds, 'another-key').write(ticket)],
    [
      'with another body',
      (text) => codec.write({ ...ticket, site: 'pk_b' }).replace(/\..*/, text.replace(/.*\./, '.')),
    ],
    ['without a signature', (text) => text.replace(/\..*/, '')],
    ['of nothing but a signature', (text) => text.replace(/.*\./, '.')],
    ['that is empty', () => ''],
    ['signed for another use', (text) => `${text.split('.')[0]}.${systemIds.hmac('key-of-this-server', text)}`],
  ])('%s is refused', (_, forge) => {
    expect(codeOf(() => codec.read(forge(codec.write(ticket)), madeAtMs))).toBe('auth/ticket');
  });
});
