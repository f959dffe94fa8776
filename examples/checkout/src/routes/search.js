import { priceLine } from '../pricing/price-cart.js';
import { searchProducts } from '../search/search-products.js';

const querystring = {
  type: 'object',
  required: ['q'],
  properties: { q: { type: 'string', minLength: 1, maxLength: 200 } },
};

/**
 * `GET /search?q=`: products with today's price.
 *
 * @param {import('fastify').FastifyInstance} app
 * @param {import('../app.js').Services} services
 */
export async function searchRoutes(app, { index, rules }) {
  app.get('/search', { schema: { querystring } }, async function handleSearch(request) {
    const { q } = /** @type {{ q: string }} */ (request.query);
    const config = rules.current();
    const { total, facets, hits } = await searchProducts(index, q);
    return {
      query: q,
      total,
      facets,
      products: hits.map(({ product, snippet }) => ({
        id: product.id,
        name: `${product.brand} ${product.name}`,
        priceCents: priceLine(config, { product, quantity: 1 }).totalCents,
        currency: config.currency,
        snippet,
      })),
    };
  });
}
