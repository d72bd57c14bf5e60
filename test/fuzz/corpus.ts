import { readdirSync, readFileSync } from 'node:fs';
import type { Shot } from './http-client.ts';

/** One request as JSON: by an HTTP client, or as bytes that no client would write. Bodies and bytes are Latin-1 text. */
export type KeptShot =
  | {
      readonly method: string;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | null;
    }
  | { readonly raw: string };

/** Requests, in order, that once got an answer which nobody may get. */
export type Kept = { readonly what: string; readonly shots: readonly KeptShot[] };

const folder = new URL('./corpus/', import.meta.url);

export const readCorpus = (): readonly (Kept & { readonly name: string })[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => ({ name, ...(JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Kept) }));

export const keepShot = ({ method, path, headers, body }: Shot): KeptShot => ({
  method,
  path,
  headers,
  body: body?.toString('latin1') ?? null,
});

export const keepRaw = (bytes: Buffer): KeptShot => ({ raw: bytes.toString('latin1') });

/** The request again. */
export const toShot = ({ method, path, headers, body }: Exclude<KeptShot, { raw: string }>): Shot => ({
  method,
  path,
  headers,
  body: body === null ? null : Buffer.from(body, 'latin1'),
});
