import { RelevoError } from '../../core/relevo-error.ts';
import { jsonReply } from '../http.ts';
import type { Route } from '../router.ts';

/** `POST /dev/token`: a token for whoever asks, only with `--dev`. */
export const createDevTokenRoute = (makeToken: (customerId: string) => Promise<string>): Route => ({
  method: 'POST',
  path: '/dev/token',
  async run(request) {
    const body: unknown = parseJson(await request.text(1_024));
    const customerId = (body as { customerId?: unknown } | null)?.customerId;
    if (typeof customerId !== 'string' || customerId === '') {
      throw new RelevoError('request/malformed', { detail: 'customerId: a text.' });
    }
    return jsonReply(200, { token: await makeToken(customerId) });
  },
});

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new RelevoError('request/malformed', { detail: 'The body is no JSON.' });
  }
};
