import { readFileSync } from 'node:fs';
import { ROOT } from './processes.ts';

/** Set by the agent itself for its children, and never by a user. */
const INTERNAL = new Set(['FLAMEHOUSE_INSTANCE_PID']);

/** The variables that a source file reads by name, without the agent's internal ones. */
function variablesIn(file: string, pattern: RegExp): Set<string> {
  const source = readFileSync(`${ROOT}${file}`, 'utf8');
  return new Set(
    [...source.matchAll(pattern)].map((match) => match[1]!).filter((name) => !INTERNAL.has(name)),
  );
}

const OWN = /'((?:FLAMEHOUSE|CLICKHOUSE)_[A-Z_]+)'/g;

export const agentVariables = () => variablesIn('agent/src/config.ts', OWN);
export const serverVariables = () => variablesIn('server/src/config.ts', OWN);
export const exampleVariables = () =>
  new Set(
    ['checkout', 'inventory']
      .flatMap((name) => [`${name}/src/settings.js`, `${name}/src/main.js`])
      .flatMap((file) => [...variablesIn(`examples/${file}`, /env\['([A-Z_]+)'\]/g)]),
  );
