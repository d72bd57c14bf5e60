import type { Relevo } from '../client/api.ts';
import type { Ledger } from './ledger.ts';

/** The space on the server of whoever a page shows. */
export const spaceShown = ({ spaceOf }: Pick<Ledger, 'spaceOf'>, { identity }: Relevo): string => {
  const { customerId, anonymousId } = identity.current;
  return customerId ? spaceOf(customerId) : `pk_world/${anonymousId}`;
};
