/**
 * `element('a', { href: '/cart', class: 'button' }, ['Cart'])`: a DOM element without an HTML string,
 * so the page's Trusted Types policy has nothing to refuse. `on…` functions become listeners.
 */
export const element = (tag, attributes = {}, children = []) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name.slice(2), value);
    else if (value !== false) made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children);
  return made;
};
