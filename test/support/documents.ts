import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './processes.ts';

/** One page of the documentation. */
export interface Document {
  readonly path: string; // from the root
  readonly text: string;
}

const FOLDERS = [
  '',
  'docs',
  'proto',
  'agent',
  'server',
  'ui',
  'test',
  'examples',
  'examples/checkout',
];

/** Every page that a reader finds: at the top, in docs/, and the README of each folder. */
export function readDocuments(): Document[] {
  return FOLDERS.filter((folder) => existsSync(`${ROOT}${folder}`))
    .flatMap((folder) => readdirSync(`${ROOT}${folder}`).map((name) => join(folder, name)))
    .filter((path) => path.endsWith('.md'))
    .map((path) => ({ path, text: readFileSync(`${ROOT}${path}`, 'utf8') }));
}

/** The links and pictures of a page that lead into the repository, and lead nowhere. */
export function brokenLinks({ path, text }: Document): string[] {
  const targets = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!);
  return targets.filter((target) => !/^https?:/.test(target) && !leadsSomewhere(path, target));
}

function leadsSomewhere(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from : join(dirname(from), file);
  if (!existsSync(`${ROOT}${path}`)) return false;
  return anchor === undefined || anchorsOf(readFileSync(`${ROOT}${path}`, 'utf8')).includes(anchor);
}

/** The anchors that a viewer makes of the headings: lower case, no punctuation, hyphens for spaces. */
function anchorsOf(text: string): string[] {
  const headings = withoutCode(text).match(/^#+ .*$/gm) ?? [];
  return headings.map((heading) =>
    heading
      .replace(/^#+ /, '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
      .replaceAll(/\s/g, '-'),
  );
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');
}

/** Everything that a page shows as code: blocks line by line, and what stands in backticks. */
export function codeOf({ text }: Document): string[] {
  const blocks = [...text.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].flatMap((match) =>
    match[1]!.replaceAll('\\\n', ' ').split('\n'),
  );
  const inline = [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)];
  return [...blocks, ...inline.map((match) => match[1]!)];
}
