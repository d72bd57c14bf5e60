import { ConfigError } from '../config.ts';
import { doctor } from './doctor.ts';
import { init } from './init.ts';
import { serve } from './serve.ts';
import { readSettings, usage } from './settings.ts';
import { token } from './token.ts';

export type Env = Readonly<Record<string, string | undefined>>;

const commands = { init, token, doctor, serve } as const;

/** Runs a command; resolves to the exit code. Errors that the user can mend are said in words, without a stack. */
export const main = async (args: readonly string[], env: Env): Promise<number> => {
  try {
    const settings = readSettings(args, env);
    if (settings.help) {
      console.log(usage);
      return 0;
    }
    return await commands[settings.command](settings, env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return 1;
  }
};
