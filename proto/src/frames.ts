import type { FrameKind } from './api.ts';
import { Hash64, hash64 } from './hash.ts';

/** A function as a profiler names it. */
export interface RawFunction {
  readonly name: string;
  readonly file: string; // as the runtime gives it; '' when it has none
  readonly systemName: string; // pprof's system_name; '' when there is none
}

/** A function as we store it: the file no longer depends on where the code was deployed. */
export interface DescribedFunction {
  readonly name: string;
  readonly file: string; // `src/a.ts`, `pkg/lib/b.js`, `node:fs`; '' when there is none
  readonly package: string; // name of the dependency, or `node`; '' for the application's own code
  readonly kind: FrameKind;
}

/**
 * pprof has no field for kind and package, and `fastify/lib/route.js` alone does not say that it is a
 * dependency. So a described function carries both in `system_name`: `flamehouse:dependency:fastify`.
 */
const DESCRIBED = /^flamehouse:(user|dependency|runtime|gc|native|idle):(.*)$/s;

/** What to write into `system_name` of a function that was described; readers then take it as it is. */
export function systemNameOf(func: Pick<DescribedFunction, 'kind' | 'package'>): string {
  return `flamehouse:${func.kind}:${func.package}`;
}

export interface DescribeOptions {
  /** Directory of the application's package.json; paths below it become relative to it. */
  readonly appRoot?: string;
  /** For a file outside `appRoot`: the directory and name of the package it belongs to, or null. */
  readonly packageOf?: (file: string) => { readonly root: string; readonly name: string } | null;
}

/**
 * Say what a function belongs to and make its file package-relative.
 *
 * Names alone decide only for functions without a file, since an application's function has one.
 * A function with a `systemName` by `systemNameOf` was described before and comes back as it is.
 */
export function describeFunction(
  raw: RawFunction,
  options: DescribeOptions = {},
): DescribedFunction {
  const { name } = raw;
  const described = DESCRIBED.exec(raw.systemName);
  if (described !== null) {
    return { name, file: raw.file, package: described[2]!, kind: described[1] as FrameKind };
  }
  const file = stripScheme(raw.file).replaceAll('\\', '/');
  if (file === '') return { name, file, package: '', kind: kindWithoutFile(name) };
  if (isRuntimeFile(file)) return { name, file, package: 'node', kind: 'runtime' };
  for (const place of DEPENDENCY_PLACES) {
    const dependency = place(file);
    if (dependency !== null) return { name, ...dependency, kind: 'dependency' };
  }
  return { name, ...ownFile(file, options) };
}

/** The `kind` of what the virtual machine reports without a file. */
function kindWithoutFile(name: string): FrameKind {
  if (name === '(idle)') return 'idle';
  if (name === '(garbage collector)' || name === 'Garbage Collection') return 'gc';
  return 'native';
}

function stripScheme(file: string): string {
  if (file.startsWith('file:///')) return decodePath(file.slice('file://'.length));
  return file.replace(/^webpack(?:-internal)?:\/\/(?:\/|[^/]*\/)(?:\.\/)?/, '');
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // A stray % is part of the name.
  }
}

function isRuntimeFile(file: string): boolean {
  return file.startsWith('node:') || file.startsWith('internal/');
}

type Place = (file: string) => { file: string; package: string } | null;

const NODE_MODULES = 'node_modules/';

/** Where package managers put dependencies; the last match in a path wins. */
const DEPENDENCY_PLACES: readonly Place[] = [
  (file) => {
    const at = file.lastIndexOf(NODE_MODULES);
    if (at < 0 || (at > 0 && file[at - 1] !== '/')) return null;
    const inside = file.slice(at + NODE_MODULES.length);
    return { file: inside, package: /^(?:@[^/]+\/)?[^/]+/.exec(inside)?.[0] ?? '' };
  },
  (file) => {
    const inside = /\/(?:site|dist)-packages\/(.+)$/.exec(file)?.[1];
    return inside === undefined ? null : { file: inside, package: /^[^/]+/.exec(inside)![0] };
  },
  (file) => {
    const match = /\/pkg\/mod\/(.+?)@[^/]+(\/.+)$/.exec(file);
    return match === null ? null : { file: match[1]! + match[2]!, package: match[1]! };
  },
  (file) => {
    const match = /\/registry\/src\/[^/]+\/(.+?)-\d[^/]*(\/.+)$/.exec(file);
    return match === null ? null : { file: match[1]! + match[2]!, package: match[1]! };
  },
];

function ownFile(
  file: string,
  { appRoot, packageOf }: DescribeOptions,
): Pick<DescribedFunction, 'file' | 'package' | 'kind'> {
  const below = appRoot === undefined ? null : pathBelow(appRoot, file);
  if (below !== null) return { file: stripContentHash(below), package: '', kind: 'user' };
  const owner = isAbsolute(file) ? (packageOf?.(file) ?? null) : null;
  const inOwner = owner === null ? null : pathBelow(owner.root, file);
  if (owner !== null && inOwner !== null) {
    return {
      file: `${owner.name}/${stripContentHash(inOwner)}`,
      package: owner.name,
      kind: 'dependency',
    };
  }
  return { file: stripContentHash(stripDeployDirectory(file)), package: '', kind: 'user' };
}

function isAbsolute(file: string): boolean {
  return file.startsWith('/') || /^[A-Za-z]:\//.test(file);
}

function pathBelow(root: string, file: string): string | null {
  const directory = root.replaceAll('\\', '/').replace(/\/+$/, '');
  return file.startsWith(`${directory}/`) ? file.slice(directory.length + 1) : null;
}

/** Without a root, an absolute path of a JavaScript file is kept from its first usual folder on. */
function stripDeployDirectory(file: string): string {
  if (!isAbsolute(file) || !/\.[cm]?[jt]sx?$/.test(file)) return file;
  return (
    /\/((?:src|dist|lib|build|out)\/.+)$/.exec(file)?.[1] ?? file.slice(file.lastIndexOf('/') + 1)
  );
}

/** `main.4f2c1e9a.js` and `index-DkX92bQa.js` get a new name with every build; the hash goes. */
function stripContentHash(file: string): string {
  return file.replace(
    /([^/])[.-](?=[A-Za-z0-9_]*\d)(?=[A-Za-z0-9_]*[A-Za-z])[A-Za-z0-9_]{8,}(\.[cm]?js)$/,
    '$1$2',
  );
}

/** `(anonymous:L#12:C#18)` holds a position, which an edit higher up in the file moves. */
export function nameWithoutPosition(name: string): string {
  return name.replaceAll(/\(anonymous:L#\d+:C#\d+\)/g, '(anonymous)');
}

/** Identity across versions: name without positions, package-relative file, kind. 16 hex. */
export function functionId(func: Pick<DescribedFunction, 'name' | 'file' | 'kind'>): string {
  return hash64([nameWithoutPosition(func.name), func.file, func.kind]);
}

/** Identity within a version: the definition line tells closures of one name apart. 16 hex. */
export function frameId(functionIdHex: string, definitionLine: number): string {
  return new Hash64().text(functionIdHex).word(definitionLine).hex();
}

/**
 * Identity of a stack.
 *
 * Shape   `frameIds` is root first and pairs with `lines`, the executing lines (0 unknown). 16 hex.
 */
export function stackId(frameIds: readonly string[], lines: ArrayLike<number>): string {
  const hash = new Hash64().word(frameIds.length);
  frameIds.forEach((id, i) => {
    hash.text(id).word(lines[i] ?? 0);
  });
  return hash.hex();
}
