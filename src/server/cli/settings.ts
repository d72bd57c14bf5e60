import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ConfigError } from '../config.ts';
import type { Env } from './main.ts';

export const usage = `relevo-server [command] [options]

Commands
  (none)    serve
  init      write relevo.config.json with fresh keys; never overwrites
  token     print a token: --site pk_… --customer id
  doctor    check configuration, database and keys: [--token eyJ…] [--origin https://…] [--site pk_…]
  restored  after a backup was copied back, before the server starts: devices then hand back what it lacks

Options             environment              default
  --port            RELEVO_PORT, then PORT   4100
  --host            RELEVO_HOST              127.0.0.1
  --db              DATABASE_URL             relevo.db
  --config          RELEVO_CONFIG            relevo.config.json
  --dev             a site pk_demo with demo keys, for this machine's pages only
  --help, --version`;

export type Settings = {
  readonly command: 'serve' | 'init' | 'token' | 'doctor' | 'restored';
  readonly port: number;
  readonly host: string;
  /** Path of the SQLite file. */
  readonly db: string;
  readonly config: string;
  readonly dev: boolean;
  readonly help: boolean;
  readonly version: boolean;
  readonly site: string | undefined;
  readonly customer: string | undefined;
  readonly token: string | undefined;
  readonly origin: string | undefined;
};

const options = {
  port: { type: 'string' },
  host: { type: 'string' },
  db: { type: 'string' },
  config: { type: 'string' },
  dev: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', default: false },
  site: { type: 'string' },
  customer: { type: 'string' },
  token: { type: 'string' },
  origin: { type: 'string' },
} as const;

/** Flag, then environment, then default. @throws ConfigError for what cannot be understood. */
export const readSettings = (args: readonly string[], given: Env): Settings => {
  const { values, positionals } = parse(args);
  // Compose files hand on empty texts for what is not set.
  const env = Object.fromEntries(Object.entries(given).filter(([, text]) => text !== '')) as Env;
  const [command = 'serve', ...others] = positionals;
  if (others.length > 0 || !isCommand(command)) {
    throw new ConfigError(`There is no command "${positionals.join(' ')}".\n\n${usage}`);
  }
  return {
    command,
    port: toPort(values.port ?? env.RELEVO_PORT ?? env.PORT ?? '4100'),
    host: values.host ?? env.RELEVO_HOST ?? '127.0.0.1',
    db: toPath(values.db ?? env.DATABASE_URL ?? 'relevo.db'),
    config: values.config ?? env.RELEVO_CONFIG ?? 'relevo.config.json',
    dev: values.dev,
    help: values.help,
    version: values.version,
    site: values.site,
    customer: values.customer,
    token: values.token,
    origin: values.origin,
  };
};

const isCommand = (name: string): name is Settings['command'] =>
  ['serve', 'init', 'token', 'doctor', 'restored'].includes(name);

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : ''}\n\n${usage}`);
  }
};

const toPort = (text: string): number => {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new ConfigError(`"${text}" is no port: 0 to 65535.`);
  return port;
};

const toPath = (db: string): string => {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(db) && !db.startsWith('file://')) {
    throw new ConfigError(
      `This version stores in SQLite files only; "${db.split(':', 1)[0]}:" is not one. Pass --db relevo.db.`,
    );
  }
  return db.replace(/^file:\/\//, '');
};

/** Whether a configuration file is there to be read. */
export const hasConfig = ({ config }: Settings): boolean => existsSync(config);
