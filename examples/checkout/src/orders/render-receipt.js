import { marked } from 'marked';

/** @typedef {import('../pricing/price-cart.js').PricedCart} PricedCart */

/**
 * Write the receipt that the customer gets by mail.
 *
 * @param {{ orderId: string, cart: PricedCart,
 *           payment: import('../payments/authorize-payment.js').Payment }} order
 * @returns {Promise<string>} HTML
 */
export async function renderReceipt({ orderId, cart, payment }) {
  const money = moneyFormat(cart.currency);
  const markdown = [
    `# Your order ${orderId}`,
    '| Article | Quantity | Discount | Price |',
    '| --- | ---: | --- | ---: |',
    ...cart.lines.map(
      ({ product, quantity, rule, totalCents }) =>
        `| **${product.name}** | ${quantity} | ${rule ?? 'none'} | ${money(totalCents)} |`,
    ),
    '',
    `Value added tax ${money(cart.vatCents)}, total **${money(cart.totalCents)}**.`,
    `Paid, authorization \`${payment.authorization}\`.`,
  ];
  return marked.parse(markdown.join('\n'));
}

/**
 * @param {string} currency
 * @returns {(cents: number) => string}
 */
function moneyFormat(currency) {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return (cents) => format.format(cents / 100);
}
