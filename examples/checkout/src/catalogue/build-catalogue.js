/**
 * @typedef {object} Product
 * @property {string} id
 * @property {string} name
 * @property {string} brand
 * @property {string} category
 * @property {string} description
 * @property {number} priceCents
 */

const BRAND_STARTS = ['Al', 'Ber', 'Dal', 'El', 'Fjor', 'Hol', 'Kar', 'Lin', 'Mar', 'Nor', 'Sten'];
const BRAND_MIDDLES = ['a', 'e', 'ia', 'o', 'u'];
const BRAND_ENDS = ['berg', 'dal', 'green', 'holm', 'lund', 'mark', 'sund', 'vik', 'wood'];
const COLOURS = [
  'amber',
  'black',
  'blue',
  'cream',
  'green',
  'grey',
  'red',
  'teal',
  'walnut',
  'white',
];
const MATERIALS = [
  'brass',
  'ceramic',
  'cotton',
  'glass',
  'leather',
  'linen',
  'oak',
  'steel',
  'wool',
];
const STYLES = [
  'compact',
  'folding',
  'garden',
  'industrial',
  'modern',
  'rustic',
  'slim',
  'vintage',
];
const ROOMS = ['bathroom', 'bedroom', 'hallway', 'kitchen', 'nursery', 'office', 'terrace'];

/** @type {Readonly<Record<string, readonly string[]>>} */
const NOUNS = {
  lamps: ['floor lamp', 'table lamp', 'lantern', 'pendant light', 'reading light'],
  seating: ['armchair', 'bench', 'dining chair', 'footstool', 'sofa'],
  storage: ['basket', 'bookcase', 'cabinet', 'chest of drawers', 'wall shelf'],
  tableware: ['bowl', 'carafe', 'dinner plate', 'mug', 'serving board'],
  textiles: ['blanket', 'curtain', 'cushion cover', 'rug', 'tablecloth'],
};

/**
 * Make the shop's products. The same count gives the same products, in every process.
 *
 * @param {number} count
 * @returns {Product[]}
 */
export function buildCatalogue(count) {
  const categories = Object.keys(NOUNS);
  return Array.from({ length: count }, (_, index) => {
    const category = pick(categories, index, 0);
    const noun = pick(NOUNS[category] ?? [], index, 1);
    const colour = pick(COLOURS, index, 2);
    const material = pick(MATERIALS, index, 3);
    return {
      id: `p-${String(index + 1).padStart(4, '0')}`,
      brand:
        pick(BRAND_STARTS, index, 8) + pick(BRAND_MIDDLES, index, 9) + pick(BRAND_ENDS, index, 10),
      name: `${pick(STYLES, index, 4)} ${colour} ${noun}`,
      category,
      description:
        `This ${colour} ${noun} is made of ${material} and at home in the ${pick(ROOMS, index, 5)}. ` +
        `It goes well with ${pick(MATERIALS, index, 6)} and ${pick(MATERIALS, index, 7)}.`,
      priceCents: 990 + (scatter(index, 11) % 30_000),
    };
  });
}

/**
 * @param {readonly string[]} words
 * @param {number} index
 * @param {number} field
 * @returns {string}
 */
function pick(words, index, field) {
  return words[scatter(index, field) % words.length] ?? '';
}

/**
 * A fixed number for a product and field that looks random.
 *
 * @param {number} index
 * @param {number} field
 */
function scatter(index, field) {
  const mixed = Math.imul(index * 31 + field + 1, 0x9e3779b1);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
