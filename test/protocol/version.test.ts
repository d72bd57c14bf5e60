import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { errorSchema, pushSchema } from '../../src/protocol/messages.ts';
import { protocolVersion } from '../../src/protocol/version.ts';
import { schemaHash, schemas } from './schemas.ts';

type Revision = {
  readonly revision: number;
  readonly version: number;
  readonly release: string;
  readonly hash: string;
  readonly what: string;
};
const revisions: readonly Revision[] = JSON.parse(
  readFileSync(new URL('../fixtures/wire/revisions.json', import.meta.url), 'utf8'),
);

const instruction = `The messages of the wire have changed. Old and new devices and servers meet for years, so first check both rules:

  1. What an old device sends, the new server takes: nothing that was optional or absent is required now, no
     limit is narrower, no field has another meaning.
  2. What the new server sends, an old device understands: a new field may be ignored, a new value of an old
     field may not (it stands behind a new field, or behind a request that asked for it).

If both hold: append the next revision to test/fixtures/wire/revisions.json with this hash, and add fixtures of the
new messages beside the old ones. If one does not: raise protocolVersion in src/protocol/version.ts as well, make a
new folder of fixtures, and keep the server answering the version before.

  "hash": "${schemaHash(schemas)}"
`;

describe('the version of the wire', () => {
  it('is recorded with a hash of its messages', () => {
    const latest = revisions.at(-1);
    expect(latest?.hash, instruction).toBe(schemaHash(schemas));
    expect(latest?.version, instruction).toBe(protocolVersion);
  });
  it('has revisions that are only added to: they count up, and versions never go back', () => {
    expect(revisions.map(({ revision }) => revision)).toEqual(revisions.map((_, index) => index + 1));
    const versions = revisions.map(({ version }) => version);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(new Set(revisions.map(({ hash }) => hash)).size).toBe(revisions.length);
  });
  it.each<[string, z.ZodType]>([
    ['an optional field', z.looseObject({ ...errorSchema.shape, hint: z.string().optional() })],
    ['a required field', z.looseObject({ ...errorSchema.shape, hint: z.string() })],
    ['a narrower field', z.looseObject({ ...errorSchema.shape, code: z.string().max(10) })],
    ['a missing field', z.looseObject({ code: z.string(), message: z.string() })],
    ['a strict object', z.strictObject(errorSchema.shape)],
    ['other messages', pushSchema],
  ])('has another hash with %s', (_, error) => {
    expect(schemaHash({ ...schemas, error })).not.toBe(schemaHash(schemas));
  });
  it('has the same hash in whatever order fields are written', () => {
    const backwards = Object.fromEntries(Object.entries(errorSchema.shape).reverse());
    expect(schemaHash({ error: z.looseObject(backwards) })).toBe(schemaHash({ error: errorSchema }));
  });
});
