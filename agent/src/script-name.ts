import { basename, extname } from 'node:path';

/** A service name when neither a variable nor a package.json gives one: the script's own name. */
export function scriptName(entry: string | undefined): string {
  if (entry === undefined) return 'node';
  return basename(entry, extname(entry)) || 'node';
}
