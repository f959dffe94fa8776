import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The schema of a body that the route checks by itself. */
    documentedBody?: object;
  }
}

/** The description of the API at `/api/docs`, made from the schemas of the routes. Register before the routes. */
export async function registerDocs(app: FastifyInstance, version: string): Promise<void> {
  // The pages of the description hold no data, so they need no token.
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/api/docs')) route.config = { ...route.config, access: 'open' };
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Flamehouse',
        version,
        description: 'Continuous profiling for Node.js, stored in ClickHouse.',
        license: { name: 'Apache-2.0' },
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }, {}],
    },
    transform: ({ schema, url, route }) => {
      const body = route.config?.documentedBody;
      return { schema: body === undefined ? schema : { ...schema, body }, url };
    },
  });
  await app.register(swaggerUi, {
    routePrefix: '/api/docs',
    staticCSP: false,
    theme: {
      title: 'Flamehouse API',
      css: [{ filename: 'flamehouse.css', content: '.topbar { display: none; }' }],
    },
  });
}
