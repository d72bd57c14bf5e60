// What the shop sells. Read by the server, which renders the pages, and by the page, whose cart keeps
// only sku and quantity and looks the rest up here.

/** @typedef {{ sku: string, slug: string, title: string, kind: string, amountMinor: number, blurb: string }} Product */

/** Prices are in the shop's own currency; other currencies are for display only. */
export const shopCurrency = 'EUR';

/** @type {readonly Product[]} */
export const products = [
  ['SOFA-3', 'Alba sofa', 'Seating', 129900, 'Three deep seats in washed linen, made to be slept on by accident.'],
  ['ARMCHAIR-1', 'Loma armchair', 'Seating', 54900, 'A low, round embrace of a chair. Reading light not included.'],
  [
    'CHAIR-1',
    'Ines dining chair',
    'Seating',
    14900,
    'Bent ash, a woven seat, and a back that lets long dinners be long.',
  ],
  ['STOOL-1', 'Paso stool', 'Seating', 7900, 'Seat, step or bedside table. Three legs, so it never wobbles.'],
  [
    'TABLE-1',
    'Roble dining table',
    'Tables',
    69900,
    'Solid oak for six, oiled, not lacquered: scratches become history.',
  ],
  ['TABLE-2', 'Luna side table', 'Tables', 12900, 'A small round top at the height of an armrest and a cup of tea.'],
  ['DESK-1', 'Calle desk', 'Tables', 39900, 'One drawer, one cable tray, room for one thing at a time.'],
  [
    'SHELF-1',
    'Norte bookcase',
    'Storage',
    32900,
    'Five open shelves that carry two hundred books without a complaint.',
  ],
  ['CABINET-1', 'Mar sideboard', 'Storage', 58900, 'Two sliding doors in sea green hide what need not be seen.'],
  ['BASKET-1', 'Nido basket', 'Storage', 3400, 'Hand-woven seagrass for blankets, toys, or a determined cat.'],
  ['BED-1', 'Siesta bed', 'Bedroom', 89900, 'Padded headboard, slatted base, 160 by 200. Sunday is included.'],
  ['CUSHION-1', 'Brisa cushion', 'Bedroom', 2900, 'Feather-filled, striped by hand, softer on the second day.'],
  [
    'LAMP-1',
    'Faro floor lamp',
    'Lighting',
    17900,
    'A tall linen shade on a tripod, warm as a window seen from outside.',
  ],
  ['LAMP-2', 'Seta table lamp', 'Lighting', 8900, 'A glass mushroom with a dimmer, for the last hour of the day.'],
  ['LAMP-3', 'Gota pendant', 'Lighting', 11900, 'Spun metal over the table: bright below, dark above.'],
  ['MIRROR-1', 'Ola round mirror', 'Decor', 13900, 'Eighty centimetres of morning light in a thin brass ring.'],
  ['CLOCK-1', 'Tarde wall clock', 'Decor', 5900, 'Silent hands, no numbers. It is about that time.'],
  ['RUG-1', 'Duna rug', 'Decor', 24900, 'Hand-tufted wool in the colours of a dry beach.'],
  ['VASE-1', 'Barro vase', 'Decor', 3900, 'Red clay, thrown in one piece; good with flowers and without.'],
  ['PLANT-1', 'Ficus in a pot', 'Decor', 4500, 'Asks for water on Mondays and forgives most Tuesdays.'],
].map(([sku, title, kind, amountMinor, blurb]) => ({
  sku,
  slug: title.toLowerCase().replaceAll(' ', '-'),
  title,
  kind,
  amountMinor,
  blurb,
}));

const productsBySku = new Map(products.map((product) => [product.sku, product]));

/** @returns {Product | undefined} */
export const findProduct = (sku) => productsBySku.get(sku);
