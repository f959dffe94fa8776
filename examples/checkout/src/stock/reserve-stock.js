import http from 'node:http';

/** The inventory answers within milliseconds; a shop does not wait longer. */
const ANSWER_MS_MAX = 5_000;

/** Kept open, as a shop's connections would be. */
const agent = new http.Agent({ keepAlive: true });

/**
 * Ask the inventory to reserve items. Without an inventory nothing is reserved: the service runs alone too.
 *
 * Errors  throws when the inventory does not answer with 201.
 *
 * @param {string | null} inventoryUrl
 * @param {readonly { productId: string, quantity: number }[]} items
 * @returns {Promise<{ parcels: number }>}
 */
export async function reserveStock(inventoryUrl, items) {
  if (inventoryUrl === null) return { parcels: 1 };
  const { status, body } = await post(`${inventoryUrl}/reservations`, JSON.stringify({ items }));
  if (status !== 201) throw new Error(`the inventory answered ${status}: ${body}`);
  return JSON.parse(body);
}

/**
 * @param {string} url
 * @param {string} body JSON
 * @returns {Promise<{ status: number, body: string }>}
 */
function post(url, body) {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const request = http.request(
      url,
      { method: 'POST', agent, headers, timeout: ANSWER_MS_MAX },
      async (response) => {
        try {
          let text = '';
          for await (const chunk of response.setEncoding('utf8')) text += chunk;
          resolve({ status: response.statusCode ?? 0, body: text });
        } catch (error) {
          reject(error);
        }
      },
    );
    request.on('error', reject);
    request.on('timeout', () => request.destroy(new Error(`no answer in ${ANSWER_MS_MAX} ms`)));
    request.end(body);
  });
}
