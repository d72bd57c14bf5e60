import { type Counter, emptyCounter, joinCounters } from './counter.ts';
import { type FieldMap, joinFieldMaps } from './field-map.ts';
import { hashText, type Sha256 } from './hash.ts';
import { canonicalJson, type Json } from './json.ts';

/** A cart line: its quantity and its details. Details hold `sku`, `properties` and what the page shows. */
export type Line = { readonly q: Counter; readonly d: FieldMap };

export const emptyLine: Line = { q: emptyCounter, d: {} };

export const joinLines = (a: Line, b: Line): Line => ({ q: joinCounters(a.q, b.q), d: joinFieldMaps(a.d, b.d) });

/** What makes two lines the same line. */
export type LineIdentity = {
  readonly sku: string;
  readonly properties?: { readonly [name: string]: Json } | undefined;
  readonly seller?: string | undefined;
  readonly sellingPlan?: string | undefined;
};

/** The details that say which article a line is of. They never change. */
export const articleFields = ['sku', 'properties', 'seller', 'sellingPlan'] as const satisfies (keyof LineIdentity)[];

/** Equal for equal sku, properties, seller and selling plan; absent = null = `{}`. */
export const lineText = ({ sku, properties, seller, sellingPlan }: LineIdentity): string =>
  canonicalJson([sku, properties ?? {}, seller ?? null, sellingPlan ?? null]);

/** The key of a line: the hash of its {@link lineText}. */
export const lineKey = (sha256: Sha256, line: LineIdentity): string => hashText(sha256, lineText(line));
