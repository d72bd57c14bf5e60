import { RelevoError } from '../core/relevo-error.ts';
import type { Ids } from './ports.ts';

/** Seconds between a sync reply and the opening of its live channel. */
export const ticketLifeMs = 30_000;

/** What a ticket for the live channel stands for. It is used once. */
export type Ticket = {
  readonly nonce: string;
  readonly site: string;
  /** Key of the space in the store. */
  readonly space: string;
  readonly device: string;
  readonly madeAtMs: number;
  /** When the customer's token ends; null for a guest. */
  readonly tokenEndsMs: number | null;
  /** Of somebody who acts for the customer: it hears that one of these collections changed, and not what is in them. */
  readonly only?: readonly string[];
};

export type TicketCodec = {
  write(ticket: Ticket): string;
  /** @throws `auth/ticket` when it was not made here or is older than 30 s. */
  read(text: string, nowMs: number): Ticket;
};

// Site keys, ids and keys are ASCII, so that the text forms of base64 do.
const encode = (text: string) => btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const decode = (text: string) => atob(text.replaceAll('-', '+').replaceAll('_', '/'));

export const ticketCodec = (ids: Ids, key: string): TicketCodec => {
  const sign = (body: string) => ids.hmac(key, `ticket\n${body}`);
  return {
    write(ticket) {
      const body = encode(JSON.stringify(ticket));
      return `${body}.${sign(body)}`;
    },
    read(text, nowMs) {
      const [body = '', mac = ''] = text.split('.');
      if (!ids.equal(sign(body), mac)) throw new RelevoError('auth/ticket');
      const ticket = JSON.parse(decode(body)) as Ticket;
      if (ticket.madeAtMs + ticketLifeMs < nowMs) throw new RelevoError('auth/ticket');
      return ticket;
    },
  };
};
