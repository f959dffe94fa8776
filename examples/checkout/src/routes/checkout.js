import { randomUUID } from 'node:crypto';
import { archiveReceipt } from '../orders/archive-receipt.js';
import { renderReceipt } from '../orders/render-receipt.js';
import { authorizePayment } from '../payments/authorize-payment.js';
import { priceCart } from '../pricing/price-cart.js';
import { inSpan } from '../spans.js';
import { reserveStock } from '../stock/reserve-stock.js';

const body = {
  type: 'object',
  required: ['items', 'country'],
  additionalProperties: false,
  properties: {
    country: { type: 'string', pattern: '^[A-Z]{2}$' },
    items: {
      type: 'array',
      minItems: 1,
      maxItems: 50,
      items: {
        type: 'object',
        required: ['productId', 'quantity'],
        additionalProperties: false,
        properties: {
          productId: { type: 'string', maxLength: 20 },
          quantity: { type: 'integer', minimum: 1, maximum: 100 },
        },
      },
    },
  },
};

/** @typedef {{ country: string, items: { productId: string, quantity: number }[] }} CheckoutBody */

/**
 * `POST /checkout`: price the cart, reserve the stock, take the payment, write the receipt.
 *
 * @param {import('fastify').FastifyInstance} app
 * @param {import('../app.js').Services} services
 */
export async function checkoutRoutes(app, { products, rules, orders, inventoryUrl }) {
  app.post('/checkout', { schema: { body } }, async function handleCheckout(request, reply) {
    const { items, country } = /** @type {CheckoutBody} */ (request.body);
    const lines = items.flatMap(({ productId, quantity }) => {
      const product = products.get(productId);
      return product === undefined ? [] : [{ product, quantity }];
    });
    if (lines.length < items.length) {
      const missing = items.find(({ productId }) => !products.has(productId))?.productId;
      return reply.code(404).send({ error: `there is no product ${missing}` });
    }
    const cart = await inSpan('cart.price', () => priceCart(rules.current(), lines, country));
    const orderId = randomUUID();
    const { parcels } = await inSpan('stock.reserve', () => reserveStock(inventoryUrl, items));
    const amountCents = cart.totalCents;
    const payment = await inSpan('payment.authorize', () =>
      authorizePayment({ orderId, amountCents }),
    );
    const receiptBytes = await inSpan('receipt.write', async () =>
      archiveReceipt(await renderReceipt({ orderId, cart, payment })),
    );
    orders.add({ orderId, country, cart, placedAt: Date.now() });
    return reply.code(201).send({
      orderId,
      currency: cart.currency,
      totalCents: cart.totalCents,
      vatCents: cart.vatCents,
      authorization: payment.authorization,
      receiptBytes,
      parcels,
    });
  });
}
