import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Op, syncRequestSchema } from '../../src/protocol/messages.ts';
import { parseOp, parseSyncBody } from '../../src/protocol/parse.ts';
import { protocolVersion } from '../../src/protocol/version.ts';
import { schemas } from './schemas.ts';

// What released versions have put on the wire. A file is never changed and never removed: there are
// devices out there that still send it.
const folder = new URL(`../fixtures/wire/v${protocolVersion}/`, import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
const textOf = (name: string) => readFileSync(new URL(name, folder), 'utf8');
const ofKind = (kind: string) => names.filter((name) => name.startsWith(`${kind}.`));

describe('messages of released versions', () => {
  it.each(names)('%s is read, and nothing of it is lost', (name) => {
    const schema = schemas[name.split('.')[0] ?? ''];
    const message = JSON.parse(textOf(name));
    // A beacon has no cursor; a reader takes that for the beginning.
    const defaults = name.startsWith('request.') ? { cur: null } : {};
    expect(schema?.parse(message)).toEqual({ ...defaults, ...message });
  });
  it.each(ofKind('request'))('%s is taken by the server', (name) => {
    const parsed = parseSyncBody(textOf(name));
    expect(parsed).toMatchObject({ ok: true });
  });
  it('hold every type of change, and the server takes each', () => {
    const ops = ofKind('request').flatMap((name): Op[] => syncRequestSchema.parse(JSON.parse(textOf(name))).ops);
    const taken = ops.map(parseOp).map((parsed) => (parsed.ok ? parsed.op.t : parsed.status));
    expect([...new Set(taken)].sort()).toEqual(['add', 'nop', 'order', 'patch', 'put', 'set', 'unsupported', 'want']);
  });
  it('are as they were released', () => {
    const released: Record<string, string> = JSON.parse(
      readFileSync(new URL('../fixtures/wire/released.json', import.meta.url), 'utf8'),
    );
    const hashes = names.map((name) => [
      `v${protocolVersion}/${name}`,
      createHash('sha256').update(textOf(name)).digest('hex').slice(0, 16),
    ]);
    const instruction =
      'Fixtures are only added to. Put a changed one back and add another; add the hash of a new one to released.json.';
    expect(Object.fromEntries(hashes), instruction).toEqual(released);
  });
});
