import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { FlamegraphAnswer } from '@flamehouse/proto';
import { benchFunctions } from './fixture.ts';

const MIME: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** The built interface with one flame graph behind it; everything else is empty. */
export async function serveBench(tree: FlamegraphAnswer) {
  const flamegraph = JSON.stringify(tree);
  const functions = JSON.stringify(benchFunctions(tree));
  const nothing = {
    service: 'bench',
    type: 'cpu',
    unit: 'cores',
    from: 0,
    to: 1,
    stepMs: 1,
    tier: 'raw',
  };
  const answers: Readonly<Record<string, string>> = {
    flamegraph,
    functions,
    series: JSON.stringify({ ...nothing, series: [] }),
    deploys: '{"deploys":[]}',
    services: '[]',
    session: '{"required":false}',
    'profile-types': '{"profileTypes":[]}',
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://bench');
    if (pathname.startsWith('/api/v1/')) {
      const known = answers[pathname.slice('/api/v1/'.length)];
      const history = JSON.stringify({ ...nothing, functionId: '', series: [] });
      response.writeHead(200, { 'content-type': 'application/json' }).end(known ?? history);
      return;
    }
    const file = extname(pathname) === '' ? '/index.html' : pathname;
    readFile(join(process.cwd(), 'ui/dist', file)).then(
      (body) => response.writeHead(200, { 'content-type': MIME[extname(file)] ?? '' }).end(body),
      (error: unknown) => response.writeHead(404).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
