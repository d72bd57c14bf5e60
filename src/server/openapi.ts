import { z } from 'zod';
import type { ErrorCode } from '../core/error-registry.ts';
import { RelevoError } from '../core/relevo-error.ts';
import { errorSchema } from '../protocol/messages.ts';
import type { Route } from './router.ts';
import { errorToRefusal } from './wire-error.ts';

type Shape = { readonly name: string; readonly schema: z.ZodType; readonly about?: string };

/** What the document says of an address. */
export type About = {
  readonly summary: string;
  /** Names the operation in generated clients. */
  readonly id: string;
  readonly body?: Shape;
  readonly reply: Shape;
  readonly errors: readonly ErrorCode[];
  /** Any of them will do; none: open to everybody. */
  readonly security: readonly (keyof typeof securitySchemes)[];
  readonly headers?: readonly (keyof typeof headers)[];
  readonly query?: readonly (keyof typeof queries)[];
};

/** Whatever is asked, and whoever asks. */
export const refusalsOfAll = [
  'request/malformed',
  'request/rate',
  'auth/key',
  'server/busy',
  'server/internal',
] as const satisfies readonly ErrorCode[];

/** Of an address that takes a body. */
const refusalsOfBody: readonly ErrorCode[] = ['request/too-large', 'request/encoding'];

export type DescribedRoute = Route & { readonly about: About };

const securitySchemes = {
  serverKey: { type: 'http', scheme: 'bearer', description: 'A server key of the site, `sk_…`. Never in a page.' },
  agentToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A token with `act` and `collections`, at most 30 minutes long; with `Relevo-Site`.',
  },
  customerToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: "The customer's own token; with `Relevo-Site`.",
  },
  webhook: {
    type: 'apiKey',
    in: 'header',
    name: 'webhook-signature',
    description: 'Standard Webhooks: with `webhook-id` and `webhook-timestamp`, over the body as it is sent.',
  },
} as const;

const token = '^[A-Za-z0-9_.:~-]+$';
const headers = {
  'Relevo-Site': { description: 'The site of a token.', schema: { type: 'string' } },
  'Relevo-Actor': {
    description: 'Who of those that share a server key asks; nobody is called `customer` or `webhook`.',
    schema: { type: 'string', pattern: token, maxLength: 64 },
  },
  'Relevo-Channel': {
    description: 'Where it is asked.',
    schema: { type: 'string', pattern: token, maxLength: 32 },
  },
  'Idempotency-Key': {
    description: 'New for each request; the same again within a day counts once.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
  'webhook-id': {
    description: 'Of a signed webhook: the same when it is sent again.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
  'webhook-timestamp': {
    description: 'Of a signed webhook: when, in seconds; at most 5 minutes off.',
    schema: { type: 'string', pattern: '^\\d{1,12}$' },
  },
} as const;

const queries = {
  before: { description: 'What `next` of the page before says.', schema: { type: 'string' } },
} as const;

/** The OpenAPI 3.1 document of these addresses, written from the schemas that check what comes in. */
export const openApiDocument = (routes: readonly DescribedRoute[]): object => {
  const shapes = new Map<string, object>([['Error', jsonSchema(errorSchema, 'output')]]);
  const ref = ({ name, schema, about }: Shape, io: 'input' | 'output') => {
    shapes.set(name, { ...(about ? { description: about } : {}), ...jsonSchema(schema, io) });
    return { $ref: `#/components/schemas/${name}` };
  };
  const paths: Record<string, Record<string, object>> = fixedPaths();
  for (const { path, method, about } of routes) {
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: {
        operationId: about.id,
        summary: about.summary,
        security: about.security.map((name) => ({ [name]: [] })),
        parameters: parametersOf(path, about),
        ...(about.body ? { requestBody: { required: true, content: json(ref(about.body, 'input')) } } : {}),
        responses: {
          '200': reply('Done.', ref(about.reply, 'output')),
          ...refusals([...about.errors, ...(about.body ? refusalsOfBody : [])]),
          default: refusal('Refused otherwise.'),
        },
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Relevo for other channels',
      version: '1.0.0',
      description: 'What tills, desks, bots and webhooks ask of a Relevo sync server.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes,
      schemas: Object.fromEntries([...shapes].sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
};

/** Draft 2020-12 is the dialect of OpenAPI 3.1. A value of any JSON has no schema: it is what a check of the kernel says. */
const jsonSchema = (schema: z.ZodType, io: 'input' | 'output'): object => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', unrepresentable: 'any', io });
  return rest;
};

const parametersOf = (path: string, about: About) => [
  ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: name === 'customer' ? "As the shop's tokens name them, percent-encoded." : 'Its name.',
    schema: { type: 'string' },
  })),
  ...(about.headers ?? []).map((name) => ({
    name,
    in: 'header',
    required: name === 'Idempotency-Key',
    ...headers[name],
  })),
  ...(about.query ?? []).map((name) => ({ name, in: 'query', required: false, ...queries[name] })),
];

/** By status, with the codes that a status may have. */
const refusals = (errors: readonly ErrorCode[]): Record<string, object> => {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errors) {
    const { status } = errorToRefusal(new RelevoError(code));
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [String(status), refusal(codes.map((code) => `\`${code}\``).join(', '))]),
  );
};

const json = (schema: object) => ({ 'application/json': { schema } });
const reply = (description: string, schema: object) => ({ description, content: json(schema) });
const refusal = (description: string) => reply(description, { $ref: '#/components/schemas/Error' });

/** What is not for other channels. Devices sync by a protocol with a page of its own. */
const fixedPaths = (): Record<string, Record<string, object>> => ({
  '/healthz': {
    get: {
      operationId: 'health',
      summary: 'The server runs.',
      security: [],
      responses: { '200': reply('It does.', { type: 'object', properties: { status: { const: 'ok' } } }) },
    },
  },
  '/v1/sync': {
    post: {
      operationId: 'sync',
      summary: 'What devices say and hear: src/protocol/PROTOCOL.md. Use the SDK.',
      security: [],
      requestBody: { required: true, content: json({ type: 'object' }) },
      responses: { '200': reply('As PROTOCOL.md has it.', { type: 'object' }), default: refusal('Refused.') },
    },
  },
});
