import { once } from 'node:events';
import { createServer } from 'node:http';

/** A verdict is a few kilobytes. */
const BODY_CHARACTERS_MAX = 1_000_000;

/**
 * Take the webhooks of the server, as a chat would, and print what they say.
 *
 * @param {import('./run-demo.mjs').Demo} demo
 * @returns {Promise<string>} the address for FLAMEHOUSE_WEBHOOK_URL
 */
export async function receiveVerdicts({ print, signal }) {
  const receiver = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk) => {
      if (body.length < BODY_CHARACTERS_MAX) body += chunk;
    });
    request.on('end', () => {
      response.end();
      print(`webhook: ${JSON.parse(body).text.replaceAll('\n', '\n                    ')}`);
    });
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  signal.addEventListener('abort', () => {
    receiver.close();
    receiver.closeAllConnections();
  });
  const address = receiver.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}/verdicts`;
}
