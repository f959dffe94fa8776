import { randomUUID } from 'node:crypto';
import { archiveReceipt } from '../orders/archive-receipt.js';
import { renderReceipt } from '../orders/render-receipt.js';
import { authorizePayment } from '../payments/authorize-payment.js';
import { priceCart } from '../pricing/price-cart.js';

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
 * `POST /checkout`: price the cart, take the payment, write the receipt.
 *
 * @param {import('fastify').FastifyInstance} app
 * @param {import('../app.js').Services} services
 */
export async function checkoutRoutes(app, { products, rules, orders }) {
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
    const cart = priceCart(rules.current(), lines, country);
    const orderId = randomUUID();
    const payment = await authorizePayment({ orderId, amountCents: cart.totalCents });
    const receipt = await renderReceipt({ orderId, cart, payment });
    const receiptBytes = await archiveReceipt(receipt);
    orders.add({ orderId, country, cart, placedAt: Date.now() });
    return reply.code(201).send({
      orderId,
      currency: cart.currency,
      totalCents: cart.totalCents,
      vatCents: cart.vatCents,
      authorization: payment.authorization,
      receiptBytes,
    });
  });
}
