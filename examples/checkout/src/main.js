/** The process: settings in, one ready line out, a clean stop on SIGTERM or SIGINT. */
import { buildApp } from './app.js';
import { readSettings } from './settings.js';

const settings = readSettings(process.env);
const app = await buildApp({ version: settings.version });
const address = await app.listen({ host: settings.host, port: settings.port });
process.stdout.write(`checkout ${settings.version} listening on ${address}\n`);

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    app.close().then(
      () => process.exit(0),
      (error) => {
        process.stderr.write(`checkout: stop failed: ${error}\n`);
        process.exit(1);
      },
    );
  });
}
