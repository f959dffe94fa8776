import type { FastifyInstance, FastifyReply } from 'fastify';
import { ApiError } from '../errors.ts';
import { mayRead, SESSION_COOKIE } from '../http/auth.ts';
import { hashToken, rolesOf, sessionValue } from '../http/tokens.ts';
import { answers, documented } from './answer-schema.ts';
import type { RouteDependencies } from './dependencies.ts';

const MAX_AGE_SECONDS = 30 * 86_400;

/** `/session`: the UI trades a token for a cookie that scripts cannot read and that is good for reading only. */
export function sessionRoutes(app: FastifyInstance, { config }: RouteDependencies): void {
  const required = config.tokens.length > 0;
  const cookie = {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: config.uiUrl?.startsWith('https:') === true,
  } as const;
  const schema = (summary: string) => ({
    summary,
    tags: ['session'],
    response: documented(answers.session),
  });
  const send = (reply: FastifyReply, signedIn: boolean) =>
    reply.header('cache-control', 'no-store').send({ required, signedIn });

  app.get(
    '/session',
    {
      config: { access: 'open' },
      schema: schema('Whether a token is needed, and whether one was given'),
    },
    async (request, reply) => send(reply, mayRead(request, config)),
  );

  app.post<{ Body: { token: string } }>(
    '/session',
    {
      config: { access: 'open' },
      bodyLimit: 4_096,
      schema: {
        ...schema('Sign in: set the cookie of the UI'),
        body: {
          type: 'object',
          properties: { token: { type: 'string', minLength: 1, maxLength: 1_024 } },
          required: ['token'],
          additionalProperties: false,
        },
      },
    },
    async (request, reply) => {
      const { token } = request.body;
      if (required && !rolesOf(token, config.tokens).has('read')) {
        throw new ApiError('AUTH_REQUIRED', 'this token is not known, or has not the role read');
      }
      if (required) {
        const value = sessionValue(hashToken(token));
        reply.setCookie(SESSION_COOKIE, value, { ...cookie, maxAge: MAX_AGE_SECONDS });
      }
      return send(reply, true);
    },
  );

  app.delete(
    '/session',
    { config: { access: 'open' }, schema: schema('Sign out: clear the cookie') },
    async (_request, reply) => send(reply.clearCookie(SESSION_COOKIE, cookie), !required),
  );
}
