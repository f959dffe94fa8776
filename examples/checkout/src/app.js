import Fastify from 'fastify';
import { buildCatalogue } from './catalogue/build-catalogue.js';
import { runEvery } from './jobs/run-every.js';
import { writeSalesReport } from './jobs/write-sales-report.js';
import { OrderBook } from './orders/order-book.js';
import { openRuleSource } from './pricing/rule-source.js';
import { checkoutRoutes } from './routes/checkout.js';
import { searchRoutes } from './routes/search.js';
import { buildIndex } from './search/build-index.js';
import { nameRoute } from './spans.js';

/** As many products as a medium shop has: enough for search to do real work. */
const PRODUCT_COUNT = 4_000;

/** A shop would run this nightly. Here it runs often enough to be seen in a profile. */
const REPORT_EVERY_MS = 2_000;

/**
 * Assemble the service without listening, so tests can call `app.inject()`.
 *
 * @param {{ version: string, inventoryUrl?: string | null }} options
 */
export async function buildApp({ version, inventoryUrl = null }) {
  const products = buildCatalogue(PRODUCT_COUNT);
  const services = {
    products: new Map(products.map((product) => [product.id, product])),
    index: buildIndex(products),
    rules: await openRuleSource(version),
    orders: new OrderBook(),
    inventoryUrl,
  };
  const app = Fastify();
  app.addHook('onRequest', nameRoute);
  app.get('/healthz', async () => ({ status: 'ok', version }));
  app.register(searchRoutes, services);
  app.register(checkoutRoutes, services);

  const stopReports = runEvery(REPORT_EVERY_MS, () => writeSalesReport(services.orders.recent()));
  app.addHook('onClose', async () => stopReports());
  return app;
}

/**
 * What the routes share.
 *
 * @typedef {object} Services
 * @property {ReadonlyMap<string, import('./catalogue/build-catalogue.js').Product>} products by id
 * @property {import('./search/build-index.js').SearchIndex} index
 * @property {import('./pricing/rule-source.js').RuleSource} rules
 * @property {OrderBook} orders
 * @property {string | null} inventoryUrl null: nothing is reserved
 */
