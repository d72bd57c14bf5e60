import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import * as rest from '../../src/protocol/rest.ts';
import { configSchema } from '../../src/server/config.ts';

/** What each example of docs/CHANNELS.md is, in its order. */
const shapes: readonly z.ZodType[] = [
  configSchema,
  rest.entriesReplySchema,
  rest.changesSchema,
  rest.changesReplySchema,
  rest.orderSchema,
  rest.orderReplySchema,
  rest.orderEventSchema,
  rest.liveReplySchema,
  rest.auditReplySchema,
];

test('the examples of docs/CHANNELS.md are what the server takes and answers', () => {
  const page = readFileSync(new URL('../../docs/CHANNELS.md', import.meta.url), 'utf8');
  const examples = [...page.matchAll(/```json \w+\n([\s\S]*?)```/g)].map(
    ([, text = '']) => JSON.parse(text) as unknown,
  );
  expect(examples.length).toBe(shapes.length);
  for (const [n, shape] of shapes.entries())
    expect(shape.safeParse(examples[n]), `example ${n + 1}`).toMatchObject({ success: true });
});
