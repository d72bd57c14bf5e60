import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../../src/core/json.ts';
import * as messages from '../../src/protocol/messages.ts';

/** The message that a kind of fixture or example is. */
export const schemas: Readonly<Record<string, z.ZodType>> = {
  request: messages.syncRequestSchema,
  change: messages.knownOpSchema,
  reply: messages.syncReplySchema,
  push: messages.pushSchema,
  error: messages.errorSchema,
};

/** `required` lists fields as the source does; their order says nothing. */
const inOneOrder = (schema: object): unknown =>
  JSON.parse(JSON.stringify(schema), (name, value) =>
    name === 'required' && Array.isArray(value) ? value.sort() : value,
  );

/** What the schemas say, as one text: the same for the same wire, another for any other. */
export const describeSchemas = (described: Readonly<Record<string, z.ZodType>>): string =>
  canonicalJson(
    Object.fromEntries(
      Object.entries(described).map(([name, schema]) => [
        name,
        // `custom` values are JSON that core checks; JSON Schema has no word for that but "anything".
        inOneOrder(z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' })),
      ]),
    ),
  );

export const schemaHash = (described: Readonly<Record<string, z.ZodType>>): string =>
  createHash('sha256').update(describeSchemas(described)).digest('hex').slice(0, 32);
