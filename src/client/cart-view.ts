import { quantityOf } from '../core/counter.ts';
import { fieldValues } from '../core/field-map.ts';
import { canonicalJson, type Json } from '../core/json.ts';
import { limits } from '../core/limits.ts';
import type { Line } from '../core/line.ts';
import { matchOrder } from '../core/match-order.ts';
import type { CartLine, ParkedLine } from './api.ts';
import { createKeeper, keepList } from './keeper.ts';
import type { Model } from './model.ts';

/** A line while the layers are folded: its quantity may be 0, its details are raw fields. */
type Draft = {
  quantity: number;
  fields: Record<string, Json>;
  channel: string;
  updatedAt: number;
  since: number;
  isMerging: boolean;
  /** What it was shown as; of what is confirmed alone, which is read again at the next fold. */
  line?: ParkedLine | undefined;
};

export type CartView = {
  readonly lines: readonly CartLine[];
  readonly parked: readonly ParkedLine[];
  readonly count: number;
};

const draftOf = (line: Line | undefined): Draft => {
  const { channel = '', ...fields } = fieldValues(line?.d ?? {});
  const walls = Object.values(line?.d ?? {}).map(([, stamp]) => stamp[0]);
  return {
    quantity: line ? quantityOf(line.q) : 0,
    fields,
    channel: String(channel),
    updatedAt: Math.max(0, ...walls),
    since: line?.d['sku']?.[1][0] ?? Number.MAX_SAFE_INTEGER,
    isMerging: false,
  };
};

/** The confirmed rows with the pending changes folded over them, in the order they were made: what this device's customer means. */
const foldCart = (model: Model, channel: string, confirmed: (line: Line) => Draft): Map<string, Draft> => {
  const drafts = new Map<string, Draft>();
  /** A copy to write on. */
  const draft = (key: string): Draft => {
    const found = drafts.get(key) ?? draftOf(undefined);
    const mine = { ...found, fields: { ...found.fields }, line: undefined };
    drafts.set(key, mine);
    return mine;
  };
  for (const [key, [, state]] of model.rows.get('cart') ?? []) drafts.set(key, confirmed(state as unknown as Line));
  for (const [key, [, state]] of model.guestRows) {
    const guest = draftOf(state as unknown as Line);
    const mine = drafts.get(key);
    if (!mine?.quantity) drafts.set(key, { ...guest, isMerging: true });
    else if (guest.quantity > mine.quantity) Object.assign(draft(key), { quantity: guest.quantity, isMerging: true });
  }
  for (const { entry } of model.pending) {
    if (entry.c !== 'cart') continue;
    const { x, w } = entry;
    if (x.t === 'order') {
      const held = [...drafts].map(([key, { quantity, fields, since }]) => ({
        key,
        sku: typeof fields['sku'] === 'string' ? fields['sku'] : '',
        properties: fields['properties'],
        quantity,
        since,
      }));
      for (const [key, taken] of matchOrder(held, x.lines)) draft(key).quantity -= taken;
      continue;
    }
    if (x.t === 'nop') continue;
    const line = draft(entry.k);
    if (x.t === 'add') line.quantity += x.n;
    if (x.t === 'set') line.quantity = x.v;
    if ('f' in x) Object.assign(line.fields, x.f);
    line.since = Math.min(line.since, w);
    Object.assign(line, { updatedAt: w, channel });
  }
  return drafts;
};

const toLine = (key: string, { quantity, fields, channel, updatedAt, isMerging }: Draft): ParkedLine => {
  const details = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  const { parked: reason = '', ...rest } = details;
  const line = {
    properties: {},
    ...rest,
    key,
    quantity: Math.min(quantity, limits.maxQuantity),
    channel,
    updatedAt,
    reason,
    ...(isMerging ? { merging: true } : {}),
  };
  return line as unknown as ParkedLine;
};

/** The cart as a page reads it, oldest line first. Lines that did not change keep their reference. */
export const createCartView = (model: Model, channel: string): (() => CartView) => {
  const keep = createKeeper<ParkedLine>(canonicalJson);
  // Most lines of a cart do not change with one of them: what is confirmed is made into a line once.
  const confirmed = new WeakMap<Line, Draft>();
  const confirmedDraft = (line: Line): Draft => {
    const draft = confirmed.get(line) ?? draftOf(line);
    confirmed.set(line, draft);
    return draft;
  };
  let view: CartView = { lines: [], parked: [], count: 0 };
  return model.memo('cart', () => {
    const drafts = [...foldCart(model, channel, confirmedDraft)].filter(([, { quantity }]) => quantity > 0);
    drafts.sort(([a, x], [b, y]) => x.since - y.since || (a < b ? -1 : 1));
    const all = keep(drafts.map(([key, draft]) => [key, draft.line ?? Object.freeze(toLine(key, draft))])).map(
      ([, line]) => line,
    );
    for (const [at, [, draft]] of drafts.entries()) draft.line = all[at];
    const lines = all.filter(({ reason }) => !reason);
    view = {
      lines: keepList<CartLine>(view.lines, lines),
      parked: keepList(
        view.parked,
        all.filter(({ reason }) => reason),
      ),
      count: lines.reduce((total, { quantity }) => total + quantity, 0),
    };
    return view;
  });
};
