/** The process: tracing when it is asked for, settings in, one ready line out, a clean stop. */
const { readSettings } = require('./settings.js');

const settings = readSettings(process.env);
const { version } = settings;
const tracing =
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] === undefined
    ? null
    : require('./tracing.js').startTracing({ service: 'inventory', version });
// After tracing, which changes `http` for whoever loads it later.
const { buildApp } = require('./app.js');

const server = buildApp().listen(settings.port, settings.host, () => {
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  process.stdout.write(
    `inventory ${version} listening on http://${settings.host}:${address.port}\n`,
  );
});

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    server.close(async () => {
      await tracing?.shutdown().catch(() => {}); // Nobody takes the last spans; nothing else is lost.
      process.exit(0);
    });
    server.closeIdleConnections();
  });
}
