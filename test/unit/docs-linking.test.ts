import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../server/src/config.ts';
import { traceUrl } from '../../server/src/http/trace-url.ts';
import { ROOT } from '../support/processes.ts';
import { buildTestApp, type TestApp } from '../support/server-app.ts';
import { SPAN_ID, TRACE_ID } from '../support/server-fake-details.ts';

const page = readFileSync(`${ROOT}docs/linking-from-traces.md`, 'utf8');

/** The code blocks of a language below a heading. */
function snippets(heading: string, language: string): string[] {
  const [, after = ''] = page.split(`\n## ${heading}\n`);
  const section = after.split('\n## ')[0]!;
  const blocks = [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  return blocks.filter(([, name]) => name === language).map(([, , text]) => text!);
}

const one = (heading: string, language: string) => snippets(heading, language)[0]!;

let server: TestApp;
beforeAll(async () => {
  server = await buildTestApp({ folded: 'main 5' });
});
afterAll(() => server.app.close());

/** The page is a route of the UI, and what it asks the API for is found. */
async function expectPage(url: string): Promise<void> {
  const { host, pathname } = new URL(url);
  expect(host).toBe('localhost:4040');
  const [, traceId, spanId] = /^\/trace\/([0-9a-f]{32})(?:\/span\/([0-9a-f]{16}))?$/.exec(
    pathname,
  )!;
  const paths = [`/api/v1/traces/${traceId}`];
  if (spanId !== undefined) paths.push(`${paths[0]}/spans/${spanId}/flamegraph`);
  for (const path of paths) {
    const answer = await server.app.inject(path);
    expect(answer.statusCode, answer.body).toBe(200);
    expect(answer.json()).toMatchObject({ traceId: TRACE_ID });
  }
}

/** Fill in parts of a link as the tool does. Whatever is left over fails the test that opens the page. */
function fill(url: string, pattern: RegExp, values: Readonly<Record<string, string>>): string {
  return url.replaceAll(pattern, (whole, name: string) =>
    name in values ? encodeURIComponent(values[name]!) : whole,
  );
}

describe('links in', () => {
  test('Jaeger', async () => {
    const { linkPatterns } = JSON.parse(one('Jaeger', 'json'));
    const values = {
      'trace.traceID': TRACE_ID,
      traceID: TRACE_ID,
      'pyroscope.profile.id': SPAN_ID,
    };
    expect(linkPatterns).toMatchObject([
      { type: 'tags', key: 'pyroscope.profile.id' },
      { type: 'traces' },
    ]);
    for (const { url } of linkPatterns) await expectPage(fill(url, /#\{([\w.]+)\}/g, values));
  });

  test('a correlation of Grafana', async () => {
    const [datasource] = parse(one('Grafana with Tempo', 'yaml')).datasources;
    expect(datasource).toMatchObject({ type: 'tempo', correlations: [{ type: 'external' }] });
    const { url } = datasource.correlations[0].config.target;
    // `$$` keeps Grafana from looking for a variable of its environment.
    await expectPage(fill(url, /\$\$\{(\w+)\}/g, { traceID: TRACE_ID, spanID: SPAN_ID }));
  });

  test('tracesToProfiles names our profile type and a label that Pyroscope has', async () => {
    const [, text] = snippets('Grafana with Tempo', 'yaml');
    const { tracesToProfiles } = parse(text!).datasources[0].jsonData;
    expect(tracesToProfiles).toEqual({
      datasourceUid: 'pyroscope',
      tags: [{ key: 'service.name', value: 'service_name' }],
      profileTypeId: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
    });
  });

  test('a line of a log in Grafana', async () => {
    const [datasource] = parse(one('From a log line', 'yaml')).datasources;
    const [field] = datasource.jsonData.derivedFields;
    const line = JSON.stringify({ level: 30, trace_id: TRACE_ID, span_id: SPAN_ID, msg: 'done' });
    const [, found] = new RegExp(field.matcherRegex).exec(line)!;
    await expectPage(fill(field.url, /\$\$\{([\w.]+)\}/g, { '__value.raw': found! }));
  });

  test('a field of Kibana', async () => {
    const url = one('From a log line', 'text').trim();
    await expectPage(fill(url, /\{\{(\w+)\}\}/g, { value: TRACE_ID }));
  });
});

describe('spans in', () => {
  test('an SDK: the endpoint is that of OTLP', async () => {
    const lines = one('Send spans to Flamehouse', 'sh').trim().split('\n');
    const env = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
    expect(env['OTEL_EXPORTER_OTLP_PROTOCOL']).toBe('http/protobuf');
    const [, scheme] = /^Authorization=(.*)<ingest token>$/.exec(
      env['OTEL_EXPORTER_OTLP_HEADERS'],
    )!;
    expect(decodeURIComponent(scheme!)).toBe('Bearer ');
    await expectOtlp(`${env['OTEL_EXPORTER_OTLP_ENDPOINT']}/v1/traces`);
  });

  test('a collector', async () => {
    const { exporters, service } = parse(one('Send spans to Flamehouse', 'yaml'));
    const [name] = Object.keys(exporters);
    expect(service.pipelines.traces.exporters).toEqual([name]);
    expect(exporters[name!].compression).toBe('gzip');
    await expectOtlp(exporters[name!].traces_endpoint);
  });

  async function expectOtlp(address: string): Promise<void> {
    const { host, pathname } = new URL(address);
    expect(host).toBe('localhost:4040');
    const headers = { 'content-type': 'application/x-protobuf' };
    const answer = await server.app.inject({ method: 'POST', url: pathname, headers });
    expect(answer.statusCode).toBe(200);
  }
});

describe('links out', () => {
  const text = one('Back to the tracing tool', 'sh');
  const templates = [...text.matchAll(/^FLAMEHOUSE_TRACE_URL_TEMPLATE='(.*)'$/gm)].map(
    ([, template]) => readConfig({ FLAMEHOUSE_TRACE_URL_TEMPLATE: template! }).traceUrlTemplate,
  );
  const values = { traceId: TRACE_ID, spanId: SPAN_ID, service: 'shop', from: 5.5, to: 7.2 };
  const [jaeger, tempo, datadog] = templates.map(
    (template) => new URL(traceUrl(template, values)!),
  );

  test('Jaeger and Datadog get the trace and the span', () => {
    expect(jaeger!.pathname).toBe(`/trace/${TRACE_ID}`);
    expect(jaeger!.searchParams.get('uiFind')).toBe(SPAN_ID);
    expect(datadog!.pathname).toBe(`/apm/trace/${TRACE_ID}`);
    expect(BigInt(datadog!.searchParams.get('spanID')!)).toBe(BigInt(`0x${SPAN_ID}`));
  });

  test('Grafana gets a query that holds the trace and the time', () => {
    const pane = JSON.parse(tempo!.searchParams.get('panes')!).a;
    expect(pane).toMatchObject({
      datasource: 'tempo',
      queries: [{ queryType: 'traceql', query: TRACE_ID }],
      range: { from: '5', to: '8' },
    });
  });
});
