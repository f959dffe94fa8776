import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { judgeSpans, type ToldSpans } from '../nodes/judge-spans.mjs';
import { runApp } from '../support/agent-app.ts';

const SERVICE = readFileSync(resolve(import.meta.dirname, '../nodes/span-service.cjs'), 'utf8');

// The same on Node 20, 22 (both context paths), 24 and 26: npm run test:nodes.
test.each(['otel-sdk-trace-node-1', 'otel-sdk-trace-node-2'])(
  'with %s every sample of an interleaved service carries its own span and label',
  async (sdk) => {
    const { result, rows } = await runApp({
      files: { 'app.cjs': SERVICE },
      env: {
        SDK: sdk,
        API: '@opentelemetry/api',
        AGENT: '@flamehouse/agent',
        REQUESTS: '60',
        CONCURRENCY: '60',
        FLAMEHOUSE_WINDOW_MS: '60000',
      },
    });
    const told: ToldSpans = JSON.parse(result.stdout);
    expect(told.strayed).toBe(0);
    const verdict = judgeSpans(rows, told);
    expect(verdict.wrong).toEqual([]);
    expect(verdict.ticks).toBeGreaterThan(100);
    expect(verdict.right / verdict.ticks).toBeGreaterThanOrEqual(0.99);
    expect(verdict.labelled / verdict.ticks).toBeGreaterThanOrEqual(0.99);
    expect(verdict.nestedRight / verdict.nestedTicks).toBeGreaterThanOrEqual(0.99);
  },
);
