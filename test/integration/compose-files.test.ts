import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { argumentsOf, copySources, parseDockerfile, runCommands } from '../support/dockerfile.ts';
import { agentVariables, exampleVariables, serverVariables } from '../support/known-variables.ts';
import { ROOT } from '../support/processes.ts';

// No Docker engine is needed: these tests check what docker-compose.yml and the Dockerfiles name.

interface Service {
  readonly image?: string;
  readonly build?: { context: string; dockerfile: string; target?: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly command?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { condition: string }>>;
  readonly healthcheck?: unknown;
}

const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8');
const compose = parse(read('docker-compose.yml')) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(compose.services);
const scripts = Object.keys(JSON.parse(read('package.json')).scripts);

/** Those of the image's start script that docker-compose.yml may use. */
const IMAGE_VARIABLES = new Set([
  'CLICKHOUSE_DB',
  'CLICKHOUSE_USER',
  'CLICKHOUSE_PASSWORD',
  'CLICKHOUSE_DEFAULT_ACCESS_MANAGEMENT',
]);

const EXAMPLE_VARIABLES = new Set([...agentVariables(), ...exampleVariables()]);

const knownVariables: Readonly<Record<string, ReadonlySet<string>>> = {
  clickhouse: IMAGE_VARIABLES,
  flamehouse: serverVariables(),
  inventory: EXAMPLE_VARIABLES,
  checkout: EXAMPLE_VARIABLES,
  load: new Set(),
};

describe('docker-compose.yml', () => {
  test('has the database, the server, the examples and their load', () => {
    expect(services.map(([name]) => name)).toEqual(Object.keys(knownVariables));
  });

  test.each(services)('%s sets only variables that its program reads', (name, service) => {
    const unknown = Object.keys(service.environment ?? {}).filter(
      (variable) => !knownVariables[name]!.has(variable),
    );
    expect(unknown).toEqual([]);
  });

  test.each(services)(
    '%s names only paths, volumes, services and stages that exist',
    (_, service) => {
      const missing: string[] = [];
      const need = (found: boolean, what: string) => found || missing.push(what);
      for (const volume of service.volumes ?? []) {
        const source = volume.split(':')[0]!;
        if (source.startsWith('.')) need(existsSync(`${ROOT}${source}`), source);
        else need(source in compose.volumes, `volume ${source}`);
      }
      for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
        need(name in compose.services, `service ${name}`);
        if (condition === 'service_healthy') need(hasHealthCheck(name), `health check of ${name}`);
      }
      if (service.build !== undefined) {
        const { context, dockerfile, target } = service.build;
        need(existsSync(`${ROOT}${context}/${dockerfile}`), dockerfile);
        const stages = argumentsOf(parseDockerfile(read(dockerfile)), 'FROM');
        if (target !== undefined)
          need(
            stages.some((one) => one.endsWith(` AS ${target}`)),
            target,
          );
      }
      expect(missing).toEqual([]);
    },
  );

  test('publishes ports on this machine only, because the server runs without tokens', () => {
    expect(compose.services['flamehouse']!.environment!['FLAMEHOUSE_INSECURE']).toBe('true');
    for (const port of services.flatMap(([, service]) => service.ports ?? []))
      expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test('runs the release of ClickHouse that is embedded too', () => {
    const chdb = JSON.parse(read('node_modules/chdb/package.json'));
    const [release] = Object.values<string>(chdb.optionalDependencies);
    const [major, minor] = release!.split('.');
    expect(compose.services['clickhouse']!.image).toBe(
      `clickhouse/clickhouse-server:${major}.${minor}`,
    );
  });

  test('loads the example with a program that npm ci installs', () => {
    const [program] = compose.services['load']!.command!;
    const [, , name] = program!.split('/');
    expect(program).toBe(`node_modules/.bin/${name}`);
    expect(JSON.parse(read('package.json')).devDependencies).toHaveProperty(name!);
  });
});

/** Whether a service can become healthy: by its own check, or by that of the image it builds. */
function hasHealthCheck(name: string): boolean {
  const { healthcheck, build } = compose.services[name]!;
  if (healthcheck !== undefined) return true;
  if (build === undefined) return false;
  return argumentsOf(parseDockerfile(read(build.dockerfile)), 'HEALTHCHECK').length > 0;
}

describe.each([
  'server/Dockerfile',
  'examples/checkout/Dockerfile',
  'examples/inventory/Dockerfile',
])('%s', (file) => {
  const instructions = parseDockerfile(read(file));

  test('copies only what is in the repository', () => {
    const sources = argumentsOf(instructions, 'COPY').flatMap(copySources);
    expect(sources.length).toBeGreaterThan(5);
    expect(sources.filter((source) => !existsSync(`${ROOT}${source}`))).toEqual([]);
  });

  test('has the manifest of every workspace, without which npm ci fails', () => {
    const copied = argumentsOf(instructions, 'COPY').flatMap(copySources);
    const { workspaces } = JSON.parse(read('package.json')) as { workspaces: string[] };
    for (const workspace of workspaces) expect(copied).toContain(`${workspace}/package.json`);
  });

  test('runs only npm commands that exist', () => {
    const commands = argumentsOf(instructions, 'RUN').flatMap(runCommands);
    expect(commands).toContain('npm ci');
    for (const command of commands.filter((one) => one.startsWith('npm run'))) {
      const [, script, workspace] = /^npm run (\S+) -w (\S+)$/.exec(command)!;
      expect(JSON.parse(read(`${workspace}/package.json`)).scripts).toHaveProperty(script!);
      expect(scripts).toContain(script);
    }
  });

  test('starts a file of the repository, not as root', () => {
    const [start] = argumentsOf(instructions, 'CMD');
    const words = JSON.parse(start!) as string[];
    expect(words[0]).toBe('node');
    expect(words.some((word) => existsSync(`${ROOT}${word}`))).toBe(true);
    expect(argumentsOf(instructions, 'USER')).toEqual(['node']);
  });

  test('sets only variables that its program reads', () => {
    const known = new Set([...serverVariables(), ...exampleVariables(), 'NODE_ENV']);
    const names = argumentsOf(instructions, 'ENV')
      .flatMap((argument) => argument.split(' '))
      .map((pair) => pair.split('=')[0]!);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });
});

test('the configuration of ClickHouse is well formed: every element is closed', () => {
  const xml = read('server/clickhouse/quiet-logs.xml').replaceAll(/<!--[\s\S]*?-->/g, '');
  const open: string[] = [];
  for (const [, closing, name, selfClosing] of xml.matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)) {
    if (closing === '/') expect(open.pop()).toBe(name);
    else if (selfClosing === '') open.push(name!);
  }
  expect(open).toEqual([]);
});
