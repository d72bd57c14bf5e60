import type { Fault } from '../conformance/faults.ts';

/**
 * Faults of signing out, each in one line of the product; `from` stands once in its file. Sign-outs find each of them. Lines
 * that another one backs up are not here: a marker that is told of the next guest at the call is told once more in its turn.
 */
export const planted: readonly Fault[] = [
  {
    id: 'tokens are not barred',
    file: 'src/client/tokens.ts',
    from: '      ends++;',
    to: '      if (ends === 0) return;',
  },
  {
    id: 'a token that the page answers again is taken',
    file: 'src/client/tokens.ts',
    from: 'if (one) ended.add(one);',
    to: 'void one;',
  },
  {
    id: 'the write of another tab is not fenced',
    file: 'src/client/writing.ts',
    from: 'if (!isSameDevice(stored, device)) return false;',
    to: '',
  },
  {
    id: 'the farewell goes on when its time is over',
    file: 'src/client/sign-out.ts',
    from: '  isOver = true;',
    to: '',
  },
  {
    id: 'a shared device keeps what was not sent',
    file: 'src/client/sign-out.ts',
    from: "const isHolding = config.deviceKind === 'personal' && isFlush && !isRevoked;",
    to: 'const isHolding = isFlush && !isRevoked;',
  },
  {
    id: 'a personal device keeps nothing',
    file: 'src/client/sign-out.ts',
    from: 'await holdSpace(tx, id);',
    to: 'deleteSpace(tx, id);',
  },
  {
    id: 'the view is emptied in its turn only',
    file: 'src/client/send-off.ts',
    from: 'if (isVeiled) model.veil();',
    to: '',
  },
  {
    id: 'other tabs do not listen',
    file: 'src/client/engine.ts',
    from: "if (message === 'rows' || message === 'epoch') void",
    to: "if (message === 'rows') void",
  },
  {
    id: 'what one who was killed has left stays',
    file: 'src/client/leave-others.ts',
    from: 'isFollowing ? [] : await sweepSpaces(tx, device, { keepUnsent });',
    to: '[]; void [isFollowing, keepUnsent, sweepSpaces];',
  },
  {
    id: 'what is written beside the sign-out is forgotten',
    file: 'src/client/sign-out.ts',
    from: 'putOut(tx, old, [moved]);',
    to: 'void moved;',
  },
];
