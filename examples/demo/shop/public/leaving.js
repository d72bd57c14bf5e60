import { element } from './element.js';
import { forgetReceipt } from './receipt.js';
import { say } from './say.js';
import { forgetOrder } from './thank-you.js';

const storageKey = 'nido.left.v1';
const panels = () => document.querySelector('[data-testid="panels"]');
const changes = (count) => (count === 1 ? '1 change' : `${count} changes`);

/**
 * Signing out ends the shop's session first, so that nothing on this page can sign in again, then Relevo's. Where
 * changes have not been sent it is asked first. The page after it says what became of them, in numbers only.
 */
export const showLeaving = (withRelevo) => {
  showLeft();
  const form = document.querySelector('[data-testid="leave"]');
  const isPersonal = document.body.dataset.device === 'personal';

  const leave = async (relevo) => {
    for (const button of document.querySelectorAll('[data-testid^="sign-out"]')) button.disabled = true;
    forgetOrder();
    forgetReceipt();
    await fetch('/sign-out', { method: 'POST', redirect: 'manual' });
    const left = await relevo?.signOut().catch(() => null);
    if (left) window.sessionStorage.setItem(storageKey, JSON.stringify(left));
    window.location.assign('/');
  };

  form?.addEventListener('submit', (event) => {
    event.preventDefault();
    // While it is still the queue there is no relevo.js on the page to wait for.
    if (Array.isArray(window.relevo)) return void leave();
    withRelevo((relevo) => {
      const { pending, connection } = relevo.status;
      if (pending === 0 || connection === 'online') return void leave(relevo);
      document.querySelector('.account').open = false;
      ask({ pending, isPersonal, leave: () => leave(relevo) });
    });
  });
};

const ask = ({ pending, isPersonal, leave }) => {
  panels().querySelector('[data-testid="ask-leave"]')?.remove();
  const stay = element('button', { type: 'button', 'data-testid': 'stay', onclick: () => question.remove() }, ['Stay']);
  const question = element('section', { class: 'panel', role: 'alertdialog', 'aria-labelledby': 'ask-title' }, [
    element('h2', { id: 'ask-title' }, [`${changes(pending)} not sent yet`]),
    element('p', {}, [
      isPersonal
        ? 'There is no connection. If you sign out now, they wait on this device, readable to nobody, until you return.'
        : 'There is no connection. This device is shared: if you sign out now, they are dropped.',
    ]),
    element('div', { class: 'panel-foot' }, [
      element('button', { type: 'button', 'data-testid': 'sign-out-anyway', onclick: leave }, [
        'Sign out all the same',
      ]),
      stay,
    ]),
  ]);
  question.dataset.testid = 'ask-leave';
  panels().prepend(question);
  window.scrollTo(0, 0);
  stay.focus();
};

/** What became of what was not sent, for whoever is next at this device: numbers, and nothing of what it was. */
export const leftText = ({ outcome, unsynced }) => {
  if (outcome === 'dropped')
    return `${changes(unsynced)} had not been sent and ${unsynced === 1 ? 'was' : 'were'} dropped.`;
  if (outcome === 'held')
    return `${changes(unsynced)} ${unsynced === 1 ? 'waits' : 'wait'} on this device, readable to nobody, until the same customer returns.`;
  return 'Everything had been sent before.';
};

const showLeft = () => {
  const text = window.sessionStorage.getItem(storageKey);
  if (!text) return;
  window.sessionStorage.removeItem(storageKey);
  const said = leftText(JSON.parse(text));
  say('Signed out.', said);
  const note = element('section', { class: 'panel', 'data-testid': 'left', 'aria-labelledby': 'left-title' }, [
    element('h2', { id: 'left-title' }, ['Signed out. Nothing of the last customer is in view.']),
    element('p', {}, [said]),
    element('div', { class: 'panel-foot' }, [
      element('button', { type: 'button', class: 'plain', onclick: () => note.remove() }, ['Close']),
    ]),
  ]);
  panels().prepend(note);
};
