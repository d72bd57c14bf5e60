import { pino } from 'pino';
import type { Log, LogFields } from './ports.ts';

const allowed: readonly (keyof LogFields)[] = [
  'method',
  'route',
  'status',
  'code',
  'site',
  'ms',
  'bytes',
  'changes',
  'rows',
  'sockets',
  'port',
  'detail',
];

/**
 * Lines of JSON, on standard output unless `to` takes them. Only listed keys are written: a body, a token or a cart
 * cannot get in by accident.
 */
export const createLog = (level: 'info' | 'warn' | 'silent' = 'info', to?: { write(line: string): void }): Log => {
  const options = { level, base: null };
  const logger = to ? pino(options, to) : pino(options);
  // Fields that are undefined have no place in JSON.
  const pick = (fields: LogFields = {}) => Object.fromEntries(allowed.map((key) => [key, fields[key]]));
  return {
    info: (event, fields) => logger.info(pick(fields), event),
    warn: (event, fields) => logger.warn(pick(fields), event),
    error: (event, fields) => logger.error(pick(fields), event),
  };
};
