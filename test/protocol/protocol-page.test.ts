import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sdkErrors, serverErrors } from '../../src/core/error-registry.ts';
import { limits } from '../../src/core/limits.ts';
import { RelevoError } from '../../src/core/relevo-error.ts';
import {
  knownOpSchema,
  pushSchema,
  receiptSchema,
  syncReplySchema,
  syncRequestSchema,
} from '../../src/protocol/messages.ts';
import { parseOp, parseSyncBody } from '../../src/protocol/parse.ts';
import { wireLimits } from '../../src/protocol/wire-limits.ts';
import { closeCodes } from '../../src/server/live.ts';
import { errorToRefusal } from '../../src/server/wire-error.ts';
import { schemas } from './schemas.ts';

const page = readFileSync(new URL('../../src/protocol/PROTOCOL.md', import.meta.url), 'utf8');

const blocks = [...page.matchAll(/```json(.*)\n([\s\S]*?)```/g)].map(([, kind = '', text = ''], index) => ({
  name: `${index + 1}: ${kind.trim()}`,
  kind: kind.trim(),
  text,
}));

const section = (title: string): string => page.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
const rows = (title: string): string[][] =>
  section(title)
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
    .slice(1)
    .map((line) => line.slice(2, -2).split(' | '));
const quoted = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text);
const named = (title: string) => rows(title).flatMap(([first]) => quoted(first));

describe('the page of the protocol', () => {
  it('has examples of every kind of message', () => {
    expect([...new Set(blocks.map(({ kind }) => kind))].sort()).toEqual(['error', 'push', 'reply', 'request']);
  });
  it.each(blocks)('has an example that is what it says: $name', ({ kind, text }) => {
    const message = JSON.parse(text);
    expect(schemas[kind]?.parse(message)).toMatchObject(message);
    if (kind !== 'request') return;
    const parsed = parseSyncBody(text);
    if (!parsed.ok) throw new Error(parsed.detail);
    for (const op of [...parsed.request.ops, ...(parsed.request.claim?.ops ?? [])])
      expect(parseOp(op)).toMatchObject({ ok: true });
  });
  it('explains every field of a request', () => {
    expect(named('A request').sort()).toEqual(Object.keys(syncRequestSchema.shape).sort());
  });
  it('explains every field of a reply', () => {
    expect(named('A reply').sort()).toEqual(Object.keys(syncReplySchema.shape).sort());
  });
  it('explains every type of change, and all its fields', () => {
    const head = ['q', 'i', 'a', 'at', 'c', 'k', 'again', 'late', 't', 'as'];
    const described = Object.fromEntries(rows('Changes').map(([type, fields]) => [quoted(type)[0], quoted(fields)]));
    for (const { shape } of knownOpSchema.options) {
      const own = Object.entries(shape).filter(([name]) => !head.includes(name));
      const expected = own.map(([name, schema]) =>
        schema.safeParse(undefined).success && name !== 'v' ? `${name}?` : name,
      );
      expect(described[shape.t.value], shape.t.value).toEqual(expected);
    }
    expect(named('Changes')).toEqual(expect.arrayContaining(head));
  });
  it('shows every field of a push and of a receipt', () => {
    const shown = blocks.map(({ text }) => text).join('');
    for (const field of [...Object.keys(pushSchema.shape), ...Object.keys(receiptSchema.shape)])
      expect(shown).toContain(`"${field}"`);
  });
  it('names every status of an acknowledgement', () => {
    const text = section('Acknowledgements');
    for (const status of ['ok', 'dup', 'superseded', 'expired', 'rejected', 'unsupported'])
      expect(text).toContain(`| \`${status}\` |`);
  });
  it('names the codes that a live channel is closed with', () => {
    const codes = rows('The live channel').map(([code]) => Number(code));
    expect(codes.sort()).toEqual(Object.values(closeCodes).sort());
  });
});

describe('the table of errors', () => {
  const words: Record<string, string> = { ...sdkErrors, ...serverErrors };
  const table = rows('Errors').map(([code, answer = '', meaning]) => ({
    code: quoted(code)[0] ?? '',
    answer,
    meaning,
  }));
  it('has every code of the server, once', () => {
    const codes = table.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes).toEqual(expect.arrayContaining(Object.keys(serverErrors)));
  });
  it('has the words of the registry', () => {
    expect(table.map(({ code, meaning }) => [code, meaning])).toEqual(table.map(({ code }) => [code, words[code]]));
  });
  it('has the status that the server answers with', () => {
    for (const { code, answer } of table) {
      const status = Number(/^\d+/.exec(answer)?.[0] ?? 0);
      if (status) expect(errorToRefusal(new RelevoError(code)).status, code).toBe(status);
      else expect(['`acks`', '`claim`'], code).toContain(answer);
    }
  });
  it('has every code that the content of a change is refused with', () => {
    const codes = ['bad-quantity', 'bad-key', 'bad-value', 'bad-text', 'too-large', 'too-deep'].map(
      (reason) => `change/${reason}`,
    );
    expect(table.filter(({ answer }) => answer.includes('`acks`')).map(({ code }) => code)).toEqual(
      expect.arrayContaining(codes),
    );
  });
});

describe('the table of limits', () => {
  it('has every limit and its value', () => {
    const table = rows('Limits').map(([name, value]) => [quoted(name)[0], value]);
    const expected = Object.entries({ ...wireLimits, ...limits }).map(([name, value]) => [
      name,
      value.toLocaleString('en-US'),
    ]);
    expect(table).toEqual(expected);
  });
});
