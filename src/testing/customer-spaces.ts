import { hashText, type Sha256 } from '../core/hash.ts';
import { customers } from './script.ts';

/** The customers of histories by their spaces, and the other way round. */
export const customerSpaces = (sha256: Sha256) => {
  const spaces: ReadonlyMap<string, string> = new Map(
    customers.map((customer) => [`pk_world/c_${hashText(sha256, JSON.stringify(['pk_world', customer]))}`, customer]),
  );
  return {
    spaces,
    spaceOf: (customer: string): string => [...spaces].find(([, name]) => name === customer)?.[0] ?? '',
  };
};
