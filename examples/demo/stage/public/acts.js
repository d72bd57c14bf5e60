const sections = [...document.querySelectorAll('.act')];
const links = [...document.querySelectorAll('[data-act]')];
const places = [...document.querySelectorAll('[data-place]')];

/** Shows the act that the address names, so back and reload work. A frame that is hidden goes on living: its device is only out of sight. */
export const show = () => {
  const current = sections.find(({ id }) => `#${id}` === window.location.hash) ?? sections[0];
  for (const section of sections) section.hidden = section !== current;
  for (const link of links) {
    if (link.dataset.act === current.id) link.setAttribute('aria-current', 'step');
    else link.removeAttribute('aria-current');
  }
  const seen = current.dataset.places.split(' ');
  for (const place of places) place.hidden = !seen.includes(place.dataset.place);
};
window.addEventListener('hashchange', show);
show();
