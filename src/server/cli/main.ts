import { existsSync, readFileSync } from 'node:fs';
import { ConfigError } from '../config.ts';
import { doctor } from './doctor.ts';
import { init } from './init.ts';
import { restored } from './restored.ts';
import { serve } from './serve.ts';
import { readSettings, usage } from './settings.ts';
import { token } from './token.ts';

export type Env = Readonly<Record<string, string | undefined>>;

const commands = { init, token, doctor, restored, serve } as const;

/** Runs a command; resolves to the exit code. Errors that the user can mend are said in words, without a stack. */
export const main = async (args: readonly string[], env: Env): Promise<number> => {
  try {
    const settings = readSettings(args, env);
    if (settings.help) {
      console.log(usage);
      return 0;
    }
    if (settings.version) {
      console.log(readVersion());
      return 0;
    }
    return await commands[settings.command](settings, env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return 1;
  }
};

// Built, this is in dist/chunks; in the repository, in src/server/cli.
const readVersion = (): string => {
  const manifests = ['../package.json', '../../package.json'].map((place) => new URL(place, import.meta.url));
  const found = manifests.find((place) => existsSync(place));
  const { version } = (found ? JSON.parse(readFileSync(found, 'utf8')) : {}) as { version?: string };
  return version ?? 'unknown';
};
