const { registerInstrumentations } = require('@opentelemetry/instrumentation');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto');
const { resourceFromAttributes } = require('@opentelemetry/resources');
const { BatchSpanProcessor, NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');

/**
 * OpenTelemetry as its documentation sets it up: spans of HTTP, sent by OTLP to
 * OTEL_EXPORTER_OTLP_ENDPOINT. Must run before anything else loads `http`.
 *
 * @param {{ service: string, version: string }} process
 * @returns {{ shutdown(): Promise<void> }}
 */
function startTracing({ service, version }) {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.version': version }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  registerInstrumentations({ instrumentations: [new HttpInstrumentation()] });
  return provider;
}

module.exports = { startTracing };
