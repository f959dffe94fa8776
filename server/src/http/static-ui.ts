import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../errors.ts';
import { pathOf } from './error-handler.ts';

/** The screens of the UI, which are all one page; DESIGN section 6 lists them. */
const SCREENS =
  /^\/(?:(?:explore|compare|deploys|traces|endpoints|stalls|source|server)?|deploys\/[^/]+|trace\/[^/]+(?:\/span\/[^/]+)?)\/?$/;

/** What programs ask, whatever they say they accept: a wrong address there is an error in JSON. */
const NO_PAGES = /^\/(?:api|v1\w*|metrics|healthz|readyz|assets)(?:\/|$)/;

const NOT_BUILT = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Flamehouse</title></head>
<body><h1>The pages of Flamehouse are not built</h1>
<p>The server and its API are running. Build the pages with <code>npm run build -w ui</code> in the
repository, then reload. The API is described at <a href="/api/docs">/api/docs</a>.</p></body></html>
`;

/** A person's browser asks for pages by name; programs that take anything do not. */
const acceptsPages = ({ headers }: FastifyRequest): boolean =>
  headers.accept?.includes('text/html') === true;

/** Where the built UI is: inside a packed server, or beside the server in the repository. */
export function findUiDirectory(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const places = basename(here) === 'dist' ? ['ui', '../../ui/dist'] : ['../../../ui/dist'];
  const found = places.find((place) => existsSync(join(here, place, 'index.html')));
  return join(here, found ?? places.at(-1)!);
}

/** Serve the built UI: files by name, its one page for every screen, and a hint when it is not built. */
export async function registerStaticUi(app: FastifyInstance, directory: string): Promise<void> {
  await app.register(fastifyStatic, { root: directory, serve: false, cacheControl: false });
  app.get('/*', { schema: { hide: true }, config: { access: 'open' } }, async (request, reply) => {
    const path = pathOf(request);
    if (SCREENS.test(path)) {
      reply.header('cache-control', 'no-cache');
      if (existsSync(join(directory, 'index.html'))) return reply.sendFile('index.html');
      return reply.code(503).type('text/html; charset=utf-8').send(NOT_BUILT);
    }
    if (path.startsWith('/api/') || extname(path) === '') {
      const page = acceptsPages(request) && !NO_PAGES.test(path);
      if (!page || !existsSync(join(directory, 'index.html')))
        throw new ApiError('NOT_FOUND', `GET ${path} is no route`);
      // The page says in its own words that there is nothing at this address, and where to go.
      return reply.code(404).header('cache-control', 'no-store').sendFile('index.html');
    }
    // Browsers ask for it unasked, and a 404 shows as an error in their console.
    if (path === '/favicon.ico' && !existsSync(join(directory, 'favicon.ico'))) {
      return reply.code(204).send();
    }
    // Vite puts a hash of the content into the names of what it builds.
    const immutable = path.startsWith('/assets/');
    reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    return reply.sendFile(decodeURIComponent(path.slice(1)));
  });
}
