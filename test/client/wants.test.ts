import { describe, expect, it } from 'vitest';
import { answerWant, createWants } from '../../src/client/wants.ts';
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
    const asked = wants.ask({ begin: true }, 'space');
    asked.answer.catch(() => {});
    answerWant(asked, reply(more));
    expect([await standOf(asked.answer), wants.isAsking(asked), wants.next('space')]).toEqual(['open', true, asked]);
    answerWant(asked, reply({ want: { abandon: true } }));
    expect([await standOf(asked.answer), wants.isAsking(asked), wants.next('space')]).toEqual([
      'done',
      false,
      undefined,
    ]);
  });

  it('is refused by a server that answers everything else: it knows of none', async () => {
    const asked = createWants().ask({ begin: true }, 'space');
    asked.answer.catch(() => {});
    answerWant(asked, reply({}));
    expect(await standOf(asked.answer)).toBe('change/unsupported');
  });
});
