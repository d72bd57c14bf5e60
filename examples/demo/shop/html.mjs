const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

class Markup {
  constructor(text) {
    this.text = text;
  }
}

const toText = (value) => {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(toText).join('');
  if (value === undefined || value === null || value === false) return '';
  return String(value).replaceAll(/[&<>"']/g, (character) => escapes[character]);
};

/** A template tag: text put in is escaped, markup made by this tag is not. */
export const html = (strings, ...values) =>
  new Markup(
    strings.reduce((text, part, index) => text + part + (index < values.length ? toText(values[index]) : ''), ''),
  );

/** A JSON-LD block. `<` is escaped so that no text in it can end the script element. */
export const jsonLd = (value) =>
  new Markup(`<script type="application/ld+json">${JSON.stringify(value).replaceAll('<', '\\u003c')}</script>`);
