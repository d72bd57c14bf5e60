import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { ConfigError } from '../config.ts';
import type { Settings } from './settings.ts';

/** Writes a configuration with fresh keys. @throws ConfigError when there is one already. */
export const init = async ({ config }: Settings): Promise<number> => {
  const siteKey = `pk_${randomBytes(12).toString('hex')}`;
  const content = {
    sites: {
      [siteKey]: {
        origins: ['https://shop.example'],
        tokens: [
          {
            secret: randomBytes(32).toString('base64url'),
            issuer: 'https://shop.example',
            audience: 'relevo',
            algorithms: ['HS256'],
            customerClaim: 'sub',
          },
        ],
        serverKeys: [`sk_${randomBytes(32).toString('base64url')}`],
        webhookSecret: `whsec_${randomBytes(32).toString('base64')}`,
        merge: { cart: 'lineage' },
        collections: {},
        limits: {},
      },
    },
    trustProxy: 0,
  };
  try {
    // `wx` refuses a file that is there, also one that appeared this instant; only its owner may read the secret.
    writeFileSync(config, `${JSON.stringify(content, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new ConfigError(`${config} exists and stays as it is.`);
    throw new ConfigError(`${config} cannot be written: ${error instanceof Error ? error.message : ''}`);
  }
  console.log(
    `Wrote ${config}. Next: put your shop's addresses into "origins", sign tokens with the secret, and start relevo-server.`,
  );
  console.log(`  publishable key  ${siteKey}`);
  return 0;
};
