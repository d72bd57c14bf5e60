// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { showLeaving } from '../../examples/demo/shop/public/leaving.js';

type Left = { readonly unsynced: number; readonly outcome: 'flushed' | 'held' | 'dropped' };
type Status = { readonly pending: number; readonly connection: string };

const find = (testId: string) => document.querySelector<HTMLElement>(`[data-testid="${testId}"]`);

/** The parts of the shop's page that leaving touches. */
const body = `<details class="account"><form data-testid="leave"><button data-testid="sign-out">Sign out</button></form></details>
<div data-testid="notes"></div><div data-testid="panels"></div>`;

/** A page with somebody signed in, and what was asked of the shop and of Relevo, in order. */
const opened = (status: Status, left: Left = { unsynced: 0, outcome: 'flushed' }) => {
  const done: string[] = [];
  vi.stubGlobal('fetch', async (path: string) => void done.push(path));
  vi.stubGlobal('scrollTo', () => {});
  const relevo = {
    status,
    signOut: async () => {
      done.push('signOut');
      return left;
    },
  };
  vi.stubGlobal('relevo', relevo);
  document.body.innerHTML = body;
  showLeaving((use: (one: typeof relevo) => unknown) => use(relevo));
  find('leave')?.dispatchEvent(new Event('submit', { cancelable: true }));
  return done;
};
const kept = () => vi.waitFor(() => JSON.parse(sessionStorage.getItem('nido.left.v1') ?? ''));

beforeEach(() => {
  sessionStorage.clear();
  localStorage.clear();
  document.body.removeAttribute('data-device');
  // jsdom cannot go anywhere, and says so.
  vi.spyOn(console, 'error').mockImplementation(() => {});
});

describe('signing out of the demo shop', () => {
  it('ends the shop’s session before Relevo’s, and forgets order and receipt', async () => {
    localStorage.setItem('nido.order.v1', '{"id":"N-1"}');
    sessionStorage.setItem('nido.receipt.v1', '{"id":"r","lines":["Alba sofa"]}');
    const done = opened({ pending: 0, connection: 'online' });
    expect(await kept()).toEqual({ unsynced: 0, outcome: 'flushed' });
    expect(done).toEqual(['/sign-out', 'signOut']);
    expect([localStorage.getItem('nido.order.v1'), sessionStorage.getItem('nido.receipt.v1')]).toEqual([null, null]);
  });

  it('asks first when changes are not sent and nobody is connected, and staying changes nothing', () => {
    const done = opened({ pending: 2, connection: 'offline' });
    expect(find('ask-leave')?.textContent).toContain('2 changes not sent yet');
    expect(find('ask-leave')?.textContent).toContain('they are dropped');
    expect(document.activeElement).toBe(find('stay'));
    find('stay')?.click();
    expect([find('ask-leave'), done]).toEqual([null, []]);
  });

  it('says on a personal device that they wait, and goes when told to', async () => {
    document.body.dataset['device'] = 'personal';
    const done = opened({ pending: 1, connection: 'offline' }, { unsynced: 1, outcome: 'held' });
    expect(find('ask-leave')?.textContent).toContain('readable to nobody');
    find('sign-out-anyway')?.click();
    expect(await kept()).toEqual({ unsynced: 1, outcome: 'held' });
    expect(done).toEqual(['/sign-out', 'signOut']);
  });

  it.each([
    [{ unsynced: 0, outcome: 'flushed' }, 'Everything had been sent before.'],
    [{ unsynced: 1, outcome: 'dropped' }, '1 change had not been sent and was dropped.'],
    [{ unsynced: 3, outcome: 'dropped' }, '3 changes had not been sent and were dropped.'],
    [
      { unsynced: 2, outcome: 'held' },
      '2 changes wait on this device, readable to nobody, until the same customer returns.',
    ],
  ])('tells the next page once what became of them: %j', (left, text) => {
    sessionStorage.setItem('nido.left.v1', JSON.stringify(left));
    document.body.innerHTML = body;
    showLeaving(() => {});
    expect(find('left')?.textContent).toContain(text);
    document.body.innerHTML = body;
    showLeaving(() => {});
    expect(find('left')).toBeNull();
  });
});
