import { errorSchema, pushSchema, syncReplySchema, syncRequestSchema } from '../../src/protocol/messages.ts';
import { configSchema } from '../../src/server/config.ts';

const shapes: { readonly [word: string]: (value: unknown) => unknown } = {
  request: (value) => syncRequestSchema.parse(value),
  reply: (value) => syncReplySchema.parse(value),
  push: (value) => pushSchema.parse(value),
  error: (value) => errorSchema.parse(value),
  config: (value) => configSchema.parse(value),
  plain: () => {},
};

/** `json request`, `reply`, `push` and `error` must be such messages, `json config` a server's configuration, `json plain` any JSON. */
export const runJson = (text: string, words: readonly string[]): void => {
  const shape = shapes[words[0] ?? ''];
  if (!shape) throw new Error(`say what the JSON is: \`json\` and one of ${Object.keys(shapes).join(', ')}`);
  shape(JSON.parse(text));
};
