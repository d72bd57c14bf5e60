import { element } from './element.js';

const shownAtOnce = 2;

/** Says in one line what happened. The demo's start page hears it as well, from `device-frame.js`. */
export const say = (title, text = '') => {
  document.dispatchEvent(new CustomEvent('nido:said', { detail: `${title} ${text}`.trim() }));
  const notes = document.querySelector('[data-testid="notes"]');
  if (!notes) return;
  const note = element('p', { class: 'note' }, [element('strong', {}, [title]), ` ${text}`]);
  notes.append(note);
  while (notes.children.length > shownAtOnce) notes.firstChild.remove();
  // The stylesheet fades the note out; it leaves the page when that has ended.
  note.addEventListener('animationend', () => note.remove());
};
