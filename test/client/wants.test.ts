import { describe, expect, it } from 'vitest';
import { createWants } from '../../src/client/wants.ts';
import type { SyncReply } from '../../src/protocol/messages.ts';
import { standOf } from './world.ts';

const reply = (more: Partial<SyncReply>) => more as SyncReply;

describe('what a page asks for', () => {
  it.each<[string, Partial<SyncReply>]>([
    ['has to begin anew', { reset: 'restored' }],
    ['counts under another replica', { fork: true }],
    ['has numbers that are missing', { gap: 3 }],
  ])('is asked again by a device that %s: the server did not look at it', async (_, more) => {
    const wants = createWants();
    const { answer } = wants.ask({ begin: true }, 'space');
    answer.catch(() => {});
    wants.send('space');
    wants.answered(reply(more));
    expect([await standOf(answer), wants.isAsking('space'), wants.send('space')]).toEqual([
      'open',
      true,
      { begin: true },
    ]);
    wants.answered(reply({ want: { abandon: true } }));
    expect([await standOf(answer), wants.isAsking('space')]).toEqual(['done', false]);
  });

  it('is refused by a server that answers everything else: it knows of none', async () => {
    const wants = createWants();
    const { answer } = wants.ask({ begin: true }, 'space');
    answer.catch(() => {});
    wants.send('space');
    wants.answered(reply({}));
    expect(await standOf(answer)).toBe('change/unsupported');
  });
});
