import { createHmac, timingSafeEqual } from 'node:crypto';
import { RelevoError } from '../core/relevo-error.ts';
import type { HttpRequest } from './http.ts';

/** How far a webhook's time may be from the server's. */
const toleranceS = 300;
/** Signatures of one webhook that are looked at: a sender that changes its secret sends two. */
const maxSignatures = 16;

/** Whether a request is meant as a Standard Webhook. */
export const isWebhook = (request: Pick<HttpRequest, 'header'>): boolean =>
  request.header('webhook-signature') !== undefined || request.header('webhook-id') !== undefined;

/**
 * Checks a webhook as https://www.standardwebhooks.com has it: the id, the time and the body exactly as it came,
 * signed with HMAC-SHA256. Every signature is compared with every secret, however many fit before.
 *
 * @returns the webhook's id, the same when it is sent again
 * @throws `webhook/signature`, and `webhook/time` for a well signed one that is more than 5 minutes off
 */
export const verifyWebhook = (
  request: Pick<HttpRequest, 'header'>,
  { text, secrets, nowMs }: { text: string; secrets: readonly Uint8Array[]; nowMs: number },
): string => {
  const id = request.header('webhook-id') ?? '';
  const time = request.header('webhook-timestamp') ?? '';
  const given = (request.header('webhook-signature') ?? '').split(' ', maxSignatures).flatMap(toBytes);
  if (!/^[\x21-\x7e]{1,255}$/.test(id) || !/^\d{1,12}$/.test(time)) throw new RelevoError('webhook/signature');
  const wanted = secrets.map((secret) => createHmac('sha256', secret).update(`${id}.${time}.${text}`, 'utf8').digest());
  let isSigned = false;
  for (const signature of given) for (const one of wanted) isSigned = timingSafeEqual(signature, one) || isSigned;
  if (!isSigned) throw new RelevoError('webhook/signature');
  if (Math.abs(Math.floor(nowMs / 1_000) - Number(time)) > toleranceS) throw new RelevoError('webhook/time');
  return id;
};

/** `v1,` and 32 bytes in base64. Other versions are other kinds of keys. */
const toBytes = (signature: string): Buffer[] => {
  const base64 = /^v1,([A-Za-z0-9+/]{43}=?)$/.exec(signature)?.[1];
  return base64 === undefined ? [] : [Buffer.from(base64, 'base64')];
};
