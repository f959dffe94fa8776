/** The process: tracing when it is asked for, settings in, one ready line out, a clean stop on SIGTERM or SIGINT. */
import { readSettings } from './settings.js';

const settings = readSettings(process.env);
const { version } = settings;
const tracing =
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] === undefined
    ? null
    : (await import('./tracing.js')).startTracing({ service: 'checkout', version });
// After tracing, which changes `http` for whoever loads it later.
const { buildApp } = await import('./app.js');

const app = await buildApp(settings);
const address = await app.listen({ host: settings.host, port: settings.port });
process.stdout.write(`checkout ${version} listening on ${address}\n`);

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    app.close().then(
      async () => {
        await tracing?.shutdown().catch(() => {}); // Nobody takes the last spans; nothing else is lost.
        process.exit(0);
      },
      (error) => {
        process.stderr.write(`checkout: stop failed: ${error}\n`);
        process.exit(1);
      },
    );
  });
}
