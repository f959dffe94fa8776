import { createRequire } from 'node:module';
import { sep } from 'node:path';

/** What @koa/router leaves on its context. */
export interface KoaContext {
  readonly _matchedRoute?: unknown;
}

interface KoaApplication {
  createContext(request: object, response: object): KoaContext;
}

const APPLICATION_FILE = ['node_modules', 'koa', 'lib', 'application.js'].join(sep);

/**
 * Hear of each context that Koa makes: nothing leads from a request to it.
 *
 * Null while Koa is not loaded. Looks at what is loaded instead of intercepting what loads, which
 * is the same for CommonJS and ES module applications. The answer undoes it.
 */
export function watchKoa(
  created: (request: object, context: KoaContext) => void,
): (() => void) | null {
  const cache = createRequire(__filename).cache;
  const files = Object.keys(cache).filter((file) => file.endsWith(APPLICATION_FILE));
  const undo = files.flatMap((file) => {
    const prototype = cache[file]?.exports?.prototype as KoaApplication | undefined;
    return typeof prototype?.createContext === 'function' ? [wrap(prototype, created)] : [];
  });
  if (undo.length === 0) return null;
  return () => {
    for (const restore of undo) restore();
  };
}

function wrap(
  application: KoaApplication,
  created: (request: object, context: KoaContext) => void,
): () => void {
  const original = application.createContext;
  let watching = true;
  function createContext(this: KoaApplication, request: object, response: object): KoaContext {
    const context = original.call(this, request, response);
    if (watching) created(request, context);
    return context;
  }
  application.createContext = createContext;
  return () => {
    watching = false;
    if (application.createContext === createContext) application.createContext = original;
  };
}
