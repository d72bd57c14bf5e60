import { checkoutCollection } from '../core/collection.ts';
import { type Counter, quantityOf, unseenIn } from '../core/counter.ts';
import { fieldValues } from '../core/field-map.ts';
import { canonicalJson, type Json } from '../core/json.ts';
import { limits } from '../core/limits.ts';
import type { Line } from '../core/line.ts';
import { matchOrder } from '../core/match-order.ts';
import { own } from '../core/own.ts';
import { displacedKey } from '../core/parked-line.ts';
import type { CartLine, ParkedLine } from './api.ts';
import type { ToldCheckout } from './checkout-record.ts';
import { createKeeper, keepList } from './keeper.ts';
import type { Pending, Shown } from './model.ts';
import type { OutEntry } from './records.ts';

/** A line while the layers are folded: its quantity may be 0, its details are raw fields. */
type Draft = {
  /** What the server has confirmed of it, unless a quantity was set over that. */
  q?: Counter | undefined;
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

/** Held over a sign-out, an add may be in what its customer was given at their return, though its answer is still to come. */
export const hasArrived = ({ as, r = '', to = Number.POSITIVE_INFINITY }: OutEntry, q: Counter | undefined): boolean =>
  !!as && (q?.p[r] ?? 0) >= to;

/** Taken back, a line that a merge had set aside beside one of the same things becomes a part of that, and stays aside itself. */
const takeBack = (
  drafts: Map<string, Draft>,
  { key, reason, draft }: { key: string; reason: Json | undefined; draft: (key: string) => Draft },
) => {
  const line = drafts.get(key);
  const to = line?.fields['beside'];
  if (!line || line.fields['parked'] || typeof to !== 'string' || to === key) return;
  line.fields['parked'] = reason || 'merge/checkout';
  if (!line.quantity) return;
  const whole = draft(to);
  if (whole.fields['parked'] && whole.quantity) {
    const other = draft(displacedKey(key));
    const { quantity, fields, since } = whole;
    Object.assign(other, { quantity: other.quantity + quantity, fields: { ...fields, beside: to }, since });
    whole.quantity = 0;
  }
  const fields = whole.quantity ? { ...line.fields, ...whole.fields } : { ...whole.fields, ...line.fields };
  Object.assign(whole, { quantity: whole.quantity + line.quantity, fields: { ...fields, parked: null, beside: null } });
  line.quantity = 0;
};

/** What a checkout says is left of a guest whose merge is owed, once an order took of it. */
const leftOf = (state: Json): { readonly [lineKey: string]: number } =>
  (state as { readonly v?: Partial<ToldCheckout> } | null)?.v?.owed ?? {};

const inCart = ({ quantity, fields }: Draft): number => (fields['parked'] ? 0 : quantity);

/** The confirmed rows with the pending changes folded over them, in the order they were made: what this device's customer means. */
const foldCart = (model: Shown, channel: string, confirmed: (line: Line) => Draft): Map<string, Draft> => {
  const drafts = new Map<string, Draft>();
  /** A copy to write on. */
  const draft = (key: string): Draft => {
    const found = drafts.get(key) ?? draftOf(undefined);
    const mine = { ...found, fields: { ...found.fields }, line: undefined };
    drafts.set(key, mine);
    return mine;
  };
  for (const [key, [, state]] of model.rows.get('cart') ?? []) drafts.set(key, confirmed(state as unknown as Line));
  const fold = ({ entry }: Pending) => {
    if (entry.c !== 'cart') return;
    const { x, w } = entry;
    if (x.t === 'order') {
      const held = [...drafts].map(([key, { q, quantity, fields, since }]) => {
        const seen = own(x.seen, key);
        return {
          key,
          sku: typeof fields['sku'] === 'string' ? fields['sku'] : '',
          properties: fields['properties'],
          // What others have added since the server will not let it take: shown as taken, it would come back.
          quantity: quantity - (q ? unseenIn(q, seen) : 0),
          since,
          isSeen: !!seen,
          isParked: !!fields['parked'],
        };
      });
      for (const [key, taken] of matchOrder(held, x.lines)) draft(key).quantity -= taken;
      return;
    }
    if (x.t === 'nop') return;
    const line = draft(entry.k);
    if (x.t === 'add' && !hasArrived(entry, line.q)) line.quantity += x.n;
    // All of it is its own word: an order behind it may take it, whatever others have added.
    if (x.t === 'set') Object.assign(line, { quantity: x.v, q: undefined });
    const reason = line.fields['parked'];
    if ('f' in x) Object.assign(line.fields, x.f);
    line.since = Math.min(line.since, w);
    Object.assign(line, { updatedAt: w, channel });
    takeBack(drafts, { key: entry.k, reason, draft });
  };
  const paid = [...(model.rows.get(checkoutCollection) ?? [])].map(([, [, state]]) => leftOf(state));
  /** Held over a sign-out, and in this guest's copy of the line. */
  const isInCopy = ({ entry: { k, copied } }: Pending) => model.guestRows.has(k) && copied?.includes(model.guest ?? '');
  const guests = new Map<string, Draft & { isPaid?: boolean }>();
  for (const [key, [, state]] of model.guestRows) {
    const guest = draftOf(state as unknown as Line);
    // What was paid for of it is gone, though the guest is not merged yet.
    const left = Math.min(guest.quantity, ...paid.flatMap((owed) => own(owed, key) ?? []));
    guests.set(key, { ...guest, quantity: left, isPaid: left < guest.quantity });
  }
  // Of what is held too that is gone which was paid for in the copy.
  for (const one of model.pending) if (isInCopy(one) && !guests.get(one.entry.k)?.isPaid) fold(one);
  for (const [key, guest] of guests) {
    const mine = drafts.get(key);
    if (!mine?.quantity) drafts.set(key, { ...guest, isMerging: true });
    // As the merge will have it: where one side has the line in the cart, what the other has set aside of it counts nothing.
    else if (inCart(guest) > inCart(mine))
      Object.assign(draft(key), { quantity: guest.quantity, fields: guest.fields, isMerging: true });
  }
  for (const one of model.pending) if (!isInCopy(one)) fold(one);
  return drafts;
};

const toLine = (key: string, { quantity, fields, channel, updatedAt, isMerging }: Draft): ParkedLine => {
  const details = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  const { parked: reason = '', ['beside']: _, ['fork']: __, ...rest } = details;
  const line = {
    // Of a line whose article went with the store that had it, nobody can say what it is.
    sku: '',
    properties: {},
    ...rest,
    key,
    quantity: Math.min(quantity, limits.maxQuantity),
    channel,
    updatedAt,
    reason,
    ...(isMerging && { merging: true }),
  };
  return line as unknown as ParkedLine;
};

/** The cart as a page reads it, oldest line first. Lines that did not change keep their reference. */
export const createCartView = (model: Shown, channel: string): (() => CartView) => {
  // Most lines of a cart do not change with one of them: what is confirmed is made into a line once.
  const confirmed = new WeakMap<Line, Draft>();
  const confirmedDraft = (line: Line): Draft => {
    const draft = confirmed.get(line) ?? { ...draftOf(line), q: line.q };
    confirmed.set(line, draft);
    return draft;
  };
  return model.memo('cart', () => {
    const keep = createKeeper<ParkedLine>(canonicalJson);
    let view: CartView = { lines: [], parked: [], count: 0 };
    return () => {
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
    };
  });
};

/** The lines as they were before the changes that `isLate` finds. */
export const linesBefore = (
  model: Shown,
  { channel, isLate }: { readonly channel: string; isLate(one: Pending): boolean },
): readonly CartLine[] => {
  const pending = model.pending.filter((one) => !isLate(one));
  return createCartView({ ...model, pending, memo: (_, create) => create() }, channel)().lines;
};
