const express = require('express');
const { nameRoute, inSpan } = require('./spans.js');
const { planParcels } = require('./shipping/plan-parcels.js');
const { Stock } = require('./stock/stock.js');

/** Assemble the service without listening. */
function buildApp() {
  const stock = new Stock();
  const app = express();
  app.use(express.json());
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  app.post('/reservations', function handleReservation(request, response) {
    nameRoute('POST', '/reservations');
    const items = readItems(request.body);
    if (items === null) {
      response.status(400).json({ error: 'send { items: [{ productId, quantity }] }' });
      return;
    }
    const places = inSpan('stock.reserve', () => stock.reserve(items));
    const parcels = inSpan('shipping.plan', () => planParcels(places));
    response.status(201).json({ parcels: parcels.length, warehouses: warehousesOf(places) });
  });
  return app;
}

/**
 * @param {unknown} body
 * @returns {import('./stock/stock.js').Item[] | null} null when it is something else
 */
function readItems(body) {
  const items = /** @type {any} */ (body)?.items;
  if (!Array.isArray(items) || items.length === 0 || items.length > 50) return null;
  const valid = items.every(
    ({ productId, quantity }) => typeof productId === 'string' && Number.isInteger(quantity),
  );
  return valid ? items : null;
}

/** @param {readonly import('./stock/stock.js').Place[]} places */
function warehousesOf(places) {
  return [...new Set(places.map(({ warehouse }) => warehouse))];
}

module.exports = { buildApp };
