import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/server/log.ts';

const logTo = (level?: Parameters<typeof createLog>[0]) => {
  const lines: Record<string, unknown>[] = [];
  return { lines, log: createLog(level, { write: (line) => void lines.push(JSON.parse(line)) }) };
};

const fields = {
  method: 'POST',
  route: '/v1/sync',
  status: 200,
  code: 'server/busy',
  site: 'pk_a',
  ms: 12,
  bytes: 900,
  changes: 3,
  rows: 2,
  sockets: 1,
  port: 8_080,
  detail: 'ops.0.q',
};

describe('a line of the log', () => {
  it('holds the event, the time and every field that is listed', () => {
    const { log, lines } = logTo();
    log.info('request', fields);
    expect(lines).toEqual([{ level: 30, time: expect.any(Number), msg: 'request', ...fields }]);
  });
  it('holds nothing that is not listed: no body, no token, no cart, no address', () => {
    const { log, lines } = logTo();
    const leaky = {
      status: 500,
      token: 'eyJhbGciOi',
      body: '{"sku":"SOFA-3"}',
      cart: [{ sku: 'SOFA-3' }],
      ip: '10.0.0.1',
    };
    for (const write of [log.info, log.warn, log.error]) write('failed', leaky);
    expect(lines.map((line) => Object.keys(line).sort())).toEqual(Array(3).fill(['level', 'msg', 'status', 'time']));
    expect(JSON.stringify(lines)).not.toMatch(/eyJ|SOFA|10\.0\.0\.1/);
  });
  it('says how bad it is', () => {
    const { log, lines } = logTo('info');
    log.info('a');
    log.warn('b');
    log.error('c');
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      [30, 'a'],
      [40, 'b'],
      [50, 'c'],
    ]);
  });
  it('leaves out fields that are undefined', () => {
    const { log, lines } = logTo();
    log.warn('request', { status: 404, code: undefined } as never);
    expect(Object.keys(lines[0] ?? {})).toEqual(['level', 'time', 'status', 'msg']);
  });
  it('is written from the asked level on', () => {
    const [warn, silent] = [logTo('warn'), logTo('silent')];
    for (const { log } of [warn, silent]) {
      log.info('a');
      log.warn('b');
      log.error('c');
    }
    expect([warn.lines.length, silent.lines.length]).toEqual([2, 0]);
  });
});
