import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findMapPlace } from './source-map-file.ts';

const SCRIPTS_MAX = 2_000;
const DEPTH_MAX = 8;
const SCRIPT_BYTES_MAX = 64 * 1024 * 1024;

/** Which scripts of an application have a source map. */
export interface MapSurvey {
  readonly scripts: number;
  readonly mapped: number;
  readonly missing: readonly string[]; // scripts that name a map which is not there
}

/** Look at the scripts below a directory, outside of node_modules and hidden directories. */
export function surveyMaps(root: string): MapSurvey {
  const missing: string[] = [];
  let scripts = 0;
  let mapped = 0;
  for (const script of scriptsBelow(root, DEPTH_MAX)) {
    if (scripts === SCRIPTS_MAX) break;
    scripts += 1;
    const state = stateOfMap(script);
    if (state === 'mapped') mapped += 1;
    if (state === 'missing') missing.push(script);
  }
  return { scripts, mapped, missing };
}

function* scriptsBelow(directory: string, depth: number): Generator<string> {
  for (const entry of readDirectory(directory)) {
    const path = join(directory, entry.name);
    if (entry.isFile() && /\.[cm]?js$/.test(entry.name)) yield path;
    const skipped = entry.name === 'node_modules' || entry.name.startsWith('.');
    if (entry.isDirectory() && !skipped && depth > 0) yield* scriptsBelow(path, depth - 1);
  }
}

function readDirectory(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return []; // not ours to read
  }
}

function stateOfMap(script: string): 'mapped' | 'missing' | 'none' {
  try {
    if (statSync(script).size > SCRIPT_BYTES_MAX) return 'none';
    const place = findMapPlace(readFileSync(script), script);
    if (place.kind === 'inline') return 'mapped';
    if (place.kind === 'unreachable') return 'missing';
    if (existsSync(place.path)) return 'mapped';
    return place.declared ? 'missing' : 'none';
  } catch {
    return 'none'; // a script that cannot be read cannot run either
  }
}
