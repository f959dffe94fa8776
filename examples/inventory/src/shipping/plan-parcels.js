/**
 * @typedef {import('../stock/stock.js').Place} Place
 *
 * @typedef {object} Parcel
 * @property {string} warehouse
 * @property {number} grams
 */

const GRAMS_MAX = 12_000;

/** Orders in which the pieces are tried; more of them rarely save a parcel. */
const ATTEMPTS = 40;

/**
 * Pack the pieces of each warehouse into as few parcels as a few attempts find.
 *
 * @param {readonly Place[]} places
 * @returns {Parcel[]}
 */
function planParcels(places) {
  const warehouses = [...new Set(places.map(({ warehouse }) => warehouse))];
  return warehouses.flatMap((warehouse) => {
    const pieces = places
      .filter((place) => place.warehouse === warehouse)
      .flatMap(({ quantity, grams }) => Array.from({ length: quantity }, () => grams));
    return packPieces(pieces).map((grams) => ({ warehouse, grams }));
  });
}

/**
 * @param {readonly number[]} pieces grams
 * @returns {number[]} grams of each parcel
 */
function packPieces(pieces) {
  let best = firstFit([...pieces].sort((a, b) => b - a));
  for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
    const found = firstFit(shuffle(pieces, attempt));
    if (found.length < best.length) best = found;
  }
  return best;
}

/**
 * Every piece goes into the first parcel that has room.
 *
 * @param {readonly number[]} pieces
 */
function firstFit(pieces) {
  /** @type {number[]} */
  const parcels = [];
  for (const grams of pieces) {
    const parcel = parcels.findIndex((filled) => filled + grams <= GRAMS_MAX);
    if (parcel < 0) parcels.push(grams);
    else parcels[parcel] = (parcels[parcel] ?? 0) + grams;
  }
  return parcels;
}

/**
 * The same order for the same seed, so that a request costs the same every time.
 *
 * @param {readonly number[]} pieces
 * @param {number} seed
 */
function shuffle(pieces, seed) {
  const keyed = pieces.map((grams, index) => ({
    grams,
    key: Math.imul(seed * 2_654_435_761 + index, 40_503) >>> 0,
  }));
  return keyed.sort((a, b) => a.key - b.key).map(({ grams }) => grams);
}

module.exports = { planParcels };
