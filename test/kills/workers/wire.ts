import { SignJWT } from 'jose';
import type { SyncReply } from '../../../src/protocol/messages.ts';
import { killSites } from './kill-sites.ts';

export type Fields = { readonly [field: string]: unknown };
export type Answer = { readonly status: number; readonly body: SyncReply };

export type Wire = {
  /** Requests whose answer a kill cut off. */
  readonly cut: number;
  /** One request; undefined when the server went away before the answer had come. */
  ask(fields: Fields): Promise<Answer | undefined>;
  /** The same request until it is answered, which has to be 200: a device that sends again. */
  insist(fields: Fields): Promise<SyncReply>;
};

/** A request as JSON: what each has, and its own fields. */
export const bodyOf = (fields: Fields): string =>
  JSON.stringify({ v: 1, site: 'pk_a', sdk: '0', channel: 'web', cur: null, low: 0, ops: [], ...fields });

/** Sends requests of one device, as it stands in `head`. */
export const createWire = (port: () => number, head: Fields): Wire => {
  let cut = 0;
  const ask: Wire['ask'] = async (fields) => {
    const body = bodyOf({ ...head, ...fields });
    try {
      // Not compressed: the test that reads what the kernel saw looks into the replies.
      const headers = { 'accept-encoding': 'identity' };
      const reply = await fetch(`http://127.0.0.1:${port()}/v1/sync`, { method: 'POST', body, headers });
      return { status: reply.status, body: (await reply.json()) as SyncReply };
    } catch (error) {
      // A killed server is a failed fetch; everything else is a finding.
      if (!(error instanceof TypeError)) throw error;
      const isRefused = (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED';
      if (!isRefused) cut++;
      await new Promise((done) => setTimeout(done, isRefused ? 50 : 0));
      return undefined;
    }
  };
  return {
    ask,
    get cut() {
      return cut;
    },
    async insist(fields) {
      for (;;) {
        const answer = await ask(fields);
        if (answer?.status === 200) return answer.body;
        if (answer) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
      }
    },
  };
};

/** Signs a customer in. */
export const tokenOf = async (customer: string): Promise<{ token: string }> => {
  const [{ secret, issuer, audience }] = killSites.pk_a.tokens as [(typeof killSites.pk_a.tokens)[number]];
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(customer)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime('2h')
    .sign(new TextEncoder().encode(secret));
  return { token };
};
