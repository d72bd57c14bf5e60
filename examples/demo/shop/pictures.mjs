// One picture a product, drawn from simple shapes on a 400 × 400 sheet.

/** The product's picture as an SVG document, or undefined for a sku without one. */
export const pictureOf = (sku) => {
  if (!Object.hasOwn(pictures, sku)) return undefined;
  const [scene, shapes] = pictures[sku];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="400" height="400">${scene}${shapes}</svg>`;
};

const rect = (x, y, width, height, fill, radius = 0) =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="${fill}"/>`;
const circle = (x, y, radius, fill) => `<circle cx="${x}" cy="${y}" r="${radius}" fill="${fill}"/>`;
const ellipse = (x, y, rx, ry, fill) => `<ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" fill="${fill}"/>`;
const shape = (path, fill) => `<path d="${path}" fill="${fill}"/>`;
const stroke = (path, colour, width) =>
  `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`;
const repeat = (count, draw) => Array.from({ length: count }, (_, index) => draw(index)).join('');

const oak = '#c79a63';
const oakDark = '#a97c48';
const walnut = '#7a5236';
const brass = '#c8a24a';
const linen = '#f4ead9';

const room = (wall, floor, shadowWidth = 130) =>
  rect(0, 0, 400, 400, wall) + rect(0, 306, 400, 94, floor) + ellipse(200, 330, shadowWidth, 11, '#0000001f');
const wallOnly = (wall) => rect(0, 0, 400, 400, wall);

const pictures = {
  'SOFA-3': [
    room('#f1e3d3', '#e3cfb8', 160),
    rect(72, 300, 12, 30, walnut, 4) +
      rect(316, 300, 12, 30, walnut, 4) +
      rect(62, 168, 276, 110, '#7f9c8b', 26) +
      rect(82, 222, 80, 62, '#93ae9e', 14) +
      rect(160, 222, 80, 62, '#93ae9e', 14) +
      rect(238, 222, 80, 62, '#93ae9e', 14) +
      rect(46, 206, 48, 100, '#6d8a79', 22) +
      rect(306, 206, 48, 100, '#6d8a79', 22) +
      rect(60, 272, 280, 34, '#5e7a6a', 10) +
      `<g transform="rotate(-9 118 206)">${rect(92, 182, 54, 52, '#e7b48a', 12)}</g>`,
  ],
  'ARMCHAIR-1': [
    room('#efe0dc', '#dfc6bf', 105),
    stroke('M142 290 L130 328', walnut, 9) +
      stroke('M258 290 L270 328', walnut, 9) +
      shape('M110 230 C104 120 296 120 290 230 L290 290 L110 290 Z', '#c8775f') +
      rect(138, 226, 124, 56, '#dc927b', 20) +
      rect(98, 206, 46, 92, '#b5644d', 23) +
      rect(256, 206, 46, 92, '#b5644d', 23) +
      rect(116, 276, 168, 24, '#a85a44', 12),
  ],
  'CHAIR-1': [
    room('#e4e8e1', '#cfd6ca', 90),
    stroke('M142 236 L132 328', oakDark, 10) +
      stroke('M258 236 L268 328', oakDark, 10) +
      stroke('M152 92 L146 232', oak, 11) +
      stroke('M248 92 L254 232', oak, 11) +
      shape('M140 86 Q200 62 260 86 L258 130 Q200 110 142 130 Z', oak) +
      stroke('M150 168 Q200 154 250 168', oak, 9) +
      rect(132, 220, 136, 24, linen, 12) +
      repeat(6, (i) => stroke(`M${150 + i * 20} 224 L${150 + i * 20} 240`, '#dccbae', 3)) +
      stroke('M138 284 L262 284', oakDark, 7),
  ],
  'STOOL-1': [
    room('#f4e6c8', '#e6d2a8', 80),
    stroke('M166 214 L140 328', walnut, 12) +
      stroke('M234 214 L260 328', walnut, 12) +
      stroke('M200 214 L200 332', '#5f3f29', 12) +
      stroke('M154 280 L246 280', walnut, 8) +
      ellipse(200, 214, 82, 18, '#5f3f29') +
      ellipse(200, 204, 82, 20, '#946644') +
      stroke('M150 202 Q200 192 250 204', '#a97b57', 3),
  ],
  'TABLE-1': [
    room('#e3e9ec', '#ccd7dc', 160),
    stroke('M86 210 L74 328', oakDark, 14) +
      stroke('M314 210 L326 328', oakDark, 14) +
      rect(40, 190, 320, 24, oak, 8) +
      rect(58, 214, 284, 14, oakDark, 3) +
      stroke('M70 198 H210 M250 203 H330', '#d9b07c', 3) +
      shape('M178 190 C166 172 170 150 200 150 C230 150 234 172 222 190 Z', '#fdfaf4') +
      stroke('M186 150 Q176 118 160 108 M200 150 V96 M214 150 Q224 122 240 112', '#6f8f6b', 4) +
      circle(158, 104, 11, '#d9825f') +
      circle(200, 90, 12, '#e6a07c') +
      circle(243, 108, 10, '#d9825f'),
  ],
  'TABLE-2': [
    room('#eadfea', '#d8c6d9', 85),
    stroke('M200 204 V316', '#4b3b4f', 12) +
      stroke('M200 304 L146 328 M200 304 L254 328 M200 304 V332', '#4b3b4f', 11) +
      ellipse(200, 208, 92, 20, '#4b3b4f') +
      ellipse(200, 198, 92, 21, '#6b5671') +
      rect(178, 156, 44, 38, '#fdfaf4', 9) +
      stroke('M222 164 Q242 166 238 180 Q234 190 220 186', '#fdfaf4', 6) +
      stroke('M190 144 Q184 134 192 124 M208 144 Q202 132 210 120', '#c9b5cd', 4),
  ],
  'DESK-1': [
    room('#e9e4da', '#d9d0be', 150),
    stroke('M84 214 V328 M316 214 V328', '#3d4a52', 11) +
      rect(56, 196, 288, 18, oak, 6) +
      rect(200, 214, 122, 40, oakDark, 5) +
      circle(261, 234, 5, linen) +
      rect(110, 128, 96, 60, '#3d4a52', 6) +
      rect(117, 135, 82, 46, '#9db8c4', 3) +
      rect(104, 188, 108, 8, '#2f3a41', 4) +
      stroke('M276 196 L262 144 L296 112', '#c8775f', 7) +
      shape('M280 96 L322 112 L302 140 Z', '#c8775f'),
  ],
  'SHELF-1': [
    room('#e6ded3', '#d3c5b2', 110),
    rect(108, 62, 184, 266, walnut, 6) +
      repeat(5, (i) => rect(118, 72 + i * 51, 164, 42, '#5a3b26', 2)) +
      repeat(6, (i) =>
        rect(124 + i * 15, 80, 12, 34, ['#c8775f', '#e2b04a', '#7f9c8b', '#f4ead9', '#8a6f9c', '#5e8aa0'][i], 1),
      ) +
      circle(256, 100, 14, '#dfe7dd') +
      repeat(4, (i) => rect(204 + i * 17, 129, 13, 36, ['#f4ead9', '#c8775f', '#5e8aa0', '#e2b04a'][i], 1)) +
      shape('M134 165 L142 138 L162 138 L170 165 Z', '#d9825f') +
      repeat(9, (i) =>
        rect(124 + i * 17, 178 + (i % 3) * 4, 13, 38 - (i % 3) * 4, ['#7f9c8b', '#f4ead9', '#8a6f9c'][i % 3], 1),
      ) +
      rect(128, 246, 70, 21, '#d8b98d', 4) +
      repeat(3, (i) => rect(216 + i * 19, 232, 14, 35, ['#5e8aa0', '#c8775f', '#f4ead9'][i], 1)) +
      rect(128, 290, 62, 28, '#b9936a', 4) +
      rect(206, 290, 62, 28, '#b9936a', 4),
  ],
  'CABINET-1': [
    room('#f0e4d4', '#e0cdb4', 155),
    rect(84, 296, 12, 34, oakDark, 4) +
      rect(304, 296, 12, 34, oakDark, 4) +
      rect(54, 192, 292, 110, oak, 8) +
      rect(64, 204, 134, 88, '#4f8a83', 4) +
      rect(202, 204, 134, 88, '#5f9c94', 4) +
      repeat(9, (i) => stroke(`M${76 + i * 14} 208 V288`, '#457a74', 2)) +
      circle(190, 248, 6, brass) +
      circle(210, 248, 6, brass) +
      circle(128, 164, 28, '#e7b48a') +
      rect(236, 150, 60, 42, '#fdfaf4', 3) +
      shape('M240 188 L258 164 L270 178 L280 168 L292 188 Z', '#9db8c4'),
  ],
  'BASKET-1': [
    room('#e8ead9', '#d5d9bd', 100),
    stroke('M132 190 C132 120 268 120 268 190', '#a98548', 12) +
      shape('M112 190 H288 L270 318 Q200 332 130 318 Z', '#cfa863') +
      repeat(5, (i) =>
        stroke(`M${117 + i * 3} ${212 + i * 22} Q200 ${222 + i * 22} ${283 - i * 3} ${212 + i * 22}`, '#b38d4b', 5),
      ) +
      repeat(7, (i) => stroke(`M${134 + i * 22} 194 L${142 + i * 19.5} 318`, '#bd9753', 3)) +
      rect(104, 180, 192, 18, '#b38d4b', 9) +
      shape('M138 180 Q160 140 204 160 Q246 138 262 180 Z', '#e9d9c9'),
  ],
  'BED-1': [
    room('#dfe5ee', '#c9d3e0', 165),
    rect(66, 130, 268, 120, '#6f82a3', 22) +
      repeat(3, (i) => stroke(`M${133 + i * 67} 144 V220`, '#5f7293', 3)) +
      rect(58, 300, 14, 30, walnut, 4) +
      rect(328, 300, 14, 30, walnut, 4) +
      rect(48, 276, 304, 30, walnut, 8) +
      rect(56, 226, 288, 56, '#fdfaf4', 18) +
      rect(86, 196, 98, 48, '#ffffff', 18) +
      rect(216, 196, 98, 48, '#ffffff', 18) +
      shape('M56 252 Q200 236 344 252 L344 284 H56 Z', '#e2b89a') +
      stroke('M62 266 Q200 250 338 266', '#d3a381', 4),
  ],
  'CUSHION-1': [
    room('#f3e3df', '#e5cbc5', 115),
    shape('M100 140 Q200 116 300 140 Q322 226 300 314 Q200 336 100 314 Q78 226 100 140 Z', '#fdf6ec') +
      repeat(5, (i) =>
        stroke(
          `M${128 + i * 36} ${134 - (i === 2 ? 3 : 0)} Q${122 + i * 39} 226 ${128 + i * 36} 320`,
          ['#c8775f', '#e2b04a', '#7f9c8b', '#e2b04a', '#c8775f'][i],
          12,
        ),
      ) +
      stroke('M100 140 Q200 116 300 140 Q322 226 300 314 Q200 336 100 314 Q78 226 100 140 Z', '#eadbc6', 5),
  ],
  'LAMP-1': [
    room('#efe6d2', '#ddcfae', 95),
    circle(200, 128, 110, '#fff6d955') +
      stroke('M200 170 L150 328 M200 170 L250 328 M200 170 V330', walnut, 9) +
      stroke('M172 262 H228', walnut, 6) +
      shape('M154 82 H246 L270 172 H130 Z', '#fff3d0') +
      rect(128, 166, 144, 9, '#ead9a8', 4) +
      rect(152, 78, 96, 8, '#ead9a8', 4),
  ],
  'LAMP-2': [
    room('#e6dced', '#d0c0dc', 95),
    circle(200, 180, 120, '#fff0d94d') +
      rect(186, 190, 28, 118, '#f4d9b8', 10) +
      ellipse(200, 316, 58, 15, '#e6b98b') +
      shape('M104 204 C104 100 296 100 296 204 Q200 228 104 204 Z', '#e8935f') +
      stroke('M134 178 C140 146 164 130 190 126', '#f5b98f', 8),
  ],
  'LAMP-3': [
    wallOnly('#d9e2df') + rect(0, 0, 400, 14, '#c6d3cf'),
    shape('M120 228 L70 400 H330 L280 228 Z', '#fff6d980') +
      stroke('M200 14 V120', '#33403d', 4) +
      rect(186, 112, 28, 26, brass, 6) +
      shape('M110 230 C116 120 284 120 290 230 Z', '#2f5d50') +
      ellipse(200, 230, 90, 14, '#fff0c2') +
      stroke('M140 196 C148 168 166 154 184 148', '#4d7c6e', 7),
  ],
  'MIRROR-1': [
    wallOnly('#eadfd0'),
    ellipse(208, 210, 122, 122, '#0000001a') +
      circle(200, 196, 122, brass) +
      circle(200, 196, 112, '#dbe7ea') +
      shape('M120 236 L240 90 Q268 100 286 124 L158 282 Q134 266 120 236 Z', '#eef5f6') +
      shape('M182 296 L300 150 Q306 164 309 180 L206 306 Z', '#eef5f6'),
  ],
  'CLOCK-1': [
    wallOnly('#dde3ea'),
    circle(207, 210, 118, '#0000001a') +
      circle(200, 200, 118, '#34506b') +
      circle(200, 200, 102, '#fbf8f1') +
      repeat(
        12,
        (i) => `<g transform="rotate(${i * 30} 200 200)">${rect(197, 108, 6, i % 3 === 0 ? 20 : 10, '#34506b', 3)}</g>`,
      ) +
      stroke('M200 200 L152 164', '#34506b', 9) +
      stroke('M200 200 L246 132', '#34506b', 6) +
      stroke('M200 214 L200 128', '#d9825f', 3) +
      circle(200, 200, 9, '#d9825f'),
  ],
  'RUG-1': [
    wallOnly('#d8c3a5') + repeat(8, (i) => stroke(`M0 ${i * 50 + 25} H400`, '#cdb591', 2)),
    `<g transform="rotate(-7 200 200)">${
      repeat(16, (i) => stroke(`M${84 + i * 15.5} 66 V84 M${84 + i * 15.5} 316 V334`, '#f4ead9', 4)) +
      rect(76, 80, 248, 240, '#f4ead9', 6) +
      rect(92, 96, 216, 208, '#d58f6b', 4) +
      rect(104, 108, 192, 184, '#f4ead9', 3) +
      shape('M200 120 L284 200 L200 280 L116 200 Z', '#4f7f7a') +
      shape('M200 148 L254 200 L200 252 L146 200 Z', '#f0d9a8') +
      shape('M200 174 L228 200 L200 226 L172 200 Z', '#c8775f')
    }</g>`,
  ],
  'VASE-1': [
    room('#e7ece6', '#d0dacd', 75),
    stroke('M196 150 Q180 104 156 80 M204 150 Q206 100 214 62 M208 152 Q230 118 252 104', '#8a7a4e', 4) +
      repeat(6, (i) => ellipse(148 + i * 3, 74 + i * 9, 7, 4, '#d8bd77')) +
      repeat(6, (i) => ellipse(216 - i, 58 + i * 11, 8, 4, '#e2cb8d')) +
      repeat(5, (i) => ellipse(256 - i * 7, 100 + i * 8, 8, 4, '#d8bd77')) +
      shape(
        'M178 150 H222 Q220 186 242 210 Q278 250 244 306 Q236 326 200 326 Q164 326 156 306 Q122 250 158 210 Q180 186 178 150 Z',
        '#bb5f41',
      ) +
      ellipse(200, 150, 23, 6, '#8f4430') +
      stroke('M140 258 Q200 274 260 258', '#d27d5f', 6) +
      stroke('M142 274 Q200 290 258 274', '#d27d5f', 3),
  ],
  'PLANT-1': [
    room('#f2e8da', '#e2d2ba', 85),
    stroke('M200 240 V128 M200 210 Q160 186 140 150 M200 200 Q240 178 262 140', '#5b6b45', 5) +
      [
        [200, 96, 0],
        [166, 112, -35],
        [236, 108, 35],
        [138, 146, -60],
        [264, 138, 60],
        [160, 182, -75],
        [242, 178, 75],
        [186, 150, -20],
        [216, 148, 24],
      ]
        .map(
          ([x, y, angle], i) =>
            `<g transform="rotate(${angle} ${x} ${y})">${shape(`M${x} ${y - 36} C${x + 26} ${y - 12} ${x + 20} ${y + 22} ${x} ${y + 32} C${x - 20} ${y + 22} ${x - 26} ${y - 12} ${x} ${y - 36} Z`, i % 2 ? '#5f8f5a' : '#78a86d')}</g>`,
        )
        .join('') +
      shape('M146 236 H254 L240 322 Q200 334 160 322 Z', '#e8e2d8') +
      rect(138, 228, 124, 20, '#d8cfc0', 8),
  ],
};
