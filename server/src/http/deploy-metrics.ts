import { Counter, Gauge, type Registry } from 'prom-client';
import type { DeployJobs } from '../deploys/deploy-jobs.ts';

const PLACE = ['service', 'environment', 'version'] as const;
const DEPLOY = [...PLACE, 'base'] as const;

/** Add what versions cost, what deploys changed, and how often restarts alarm falsely. */
export function registerDeployMetrics(registry: Registry, jobs: DeployJobs): void {
  const registers = [registry];
  new Gauge({
    name: 'flamehouse_cpu_seconds_per_request',
    help: 'CPU per request of a version over the last 5 minutes.',
    labelNames: PLACE,
    registers,
    collect() {
      this.reset();
      for (const { service, environment, version, cpuMicros, requests } of jobs.current().costs) {
        if (requests > 0) this.set({ service, environment, version }, cpuMicros / 1e6 / requests);
      }
    },
  });
  new Gauge({
    name: 'flamehouse_cpu_cores',
    help: 'CPU of all instances of a version over the last 5 minutes.',
    labelNames: PLACE,
    registers,
    collect() {
      this.reset();
      for (const { service, environment, version, cores } of jobs.current().costs) {
        this.set({ service, environment, version }, cores);
      }
    },
  });
  new Gauge({
    name: 'flamehouse_function_cpu_cores',
    help: 'CPU in the functions that FLAMEHOUSE_METRIC_FUNCTIONS names, with what they call.',
    labelNames: [...PLACE, 'function'] as const,
    registers,
    collect() {
      this.reset();
      for (const { name, cores, ...place } of jobs.current().functions) {
        this.set({ ...place, function: name }, cores);
      }
    },
  });
  registerChange(registry, jobs);
  registerAlarms(registry, jobs);
}

function registerChange(registry: Registry, jobs: DeployJobs): void {
  const bounds = [
    [
      '',
      'Change of CPU that the newest judged deploy of a service made: 0.08 is 8 % more.',
      'value',
    ],
    ['_low', 'Lower end of its 95 % interval.', 'low'],
    ['_high', 'Upper end of its 95 % interval.', 'high'],
  ] as const;
  for (const [suffix, help, end] of bounds) {
    new Gauge({
      name: `flamehouse_deploy_cpu_change_ratio${suffix}`,
      help,
      labelNames: DEPLOY,
      registers: [registry],
      collect() {
        this.reset();
        for (const { entry, judgement } of jobs.current().deploys) {
          this.set(labelsOf(entry), judgement!.verdict.effect![end]);
        }
      },
    });
  }
  new Gauge({
    name: 'flamehouse_deploy_alarm',
    help: '1 when that deploy takes more CPU, likely or settled, and nobody said that this is expected; else 0.',
    labelNames: [...DEPLOY, 'deploy'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const { entry, judgement } of jobs.current().deploys) {
        const alarm = judgement!.verdict.state === 'more' && !entry.expected;
        this.set({ ...labelsOf(entry), deploy: entry.id }, alarm ? 1 : 0);
      }
    },
  });
}

function labelsOf(entry: {
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly baseVersion: string | null;
}) {
  const { service, environment, version, baseVersion } = entry;
  return { service, environment, version, base: baseVersion ?? '' };
}

function registerAlarms(registry: Registry, jobs: DeployJobs): void {
  const registers = [registry];
  new Gauge({
    name: 'flamehouse_restarts_judged',
    help: 'Restarts of an unchanged version that were judged like deploys.',
    labelNames: ['service'] as const,
    registers,
    collect() {
      this.reset();
      for (const { service, restarts } of jobs.current().restarts) this.set({ service }, restarts);
    },
  });
  new Gauge({
    name: 'flamehouse_restart_false_alarms',
    help: 'How many of these were called more or less: false alarms.',
    labelNames: ['service'] as const,
    registers,
    collect() {
      this.reset();
      for (const { service, alarms } of jobs.current().restarts) this.set({ service }, alarms);
    },
  });
  new Counter({
    name: 'flamehouse_webhooks_total',
    help: 'Webhooks by outcome: sent, refused (4xx), failed (after all attempts) or stopped (with the server).',
    labelNames: ['outcome'] as const,
    registers,
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(jobs.webhookOutcomes())) {
        this.inc({ outcome }, count);
      }
    },
  });
}
