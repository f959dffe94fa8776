import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isLoopback, type ServerConfig } from '../config.ts';
import { ApiError } from '../errors.ts';
import { type Role, rolesOf, rolesOfSession } from './tokens.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call the route. Left out, it is `read`. */
    access?: Role | 'open';
  }
}

export const SESSION_COOKIE = 'flamehouse_session';

/**
 * Ask every request for what its route needs, before its body is read.
 *
 * The cookie of the UI counts for reading, and for marking deploys, which readers may: browsers do not
 * send it for other sites, and what writes has to name our own page as its origin. Uploads need the
 * header, which a page of another site cannot set.
 *
 * Errors  ApiError AUTH_REQUIRED, AUTH_FORBIDDEN, AUTH_CROSS_SITE, AUTH_HOST_UNKNOWN.
 */
export function registerAuth(app: FastifyInstance, config: ServerConfig): void {
  app.addHook('onRequest', async (request) => {
    const access = request.is404 ? 'open' : (request.routeOptions.config.access ?? 'read');
    checkSite(request, config);
    if (config.tokens.length === 0) return checkHost(request, config);
    if (access !== 'open') checkRole(request, config, access);
  });
}

/** Whether the request may read: with a token, with the cookie, or because no tokens are set. */
export function mayRead(request: FastifyRequest, config: ServerConfig): boolean {
  return config.tokens.length === 0 || rolesOfRequest(request, config).has('read');
}

function checkRole(request: FastifyRequest, config: ServerConfig, role: Role): void {
  const roles = rolesOfRequest(request, config);
  if (roles.has(role)) return;
  if (roles.size > 0) {
    throw new ApiError('AUTH_FORBIDDEN', `this token has the role ${[...roles]}, not ${role}`);
  }
  const given = request.headers.authorization === undefined ? 'no token' : 'an unknown token';
  throw new ApiError('AUTH_REQUIRED', `${given} was sent, and ${request.method} needs ${role}`);
}

function rolesOfRequest(request: FastifyRequest, config: ServerConfig): ReadonlySet<Role> {
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return rolesOf(bearer, config.tokens);
  const session = request.cookies[SESSION_COOKIE];
  const roles = session === undefined ? new Set<Role>() : rolesOfSession(session, config.tokens);
  return roles.has('read') ? new Set(['read']) : new Set();
}

/** A browser says where a request comes from; one that writes must come from our own page. */
function checkSite(request: FastifyRequest, config: ServerConfig): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const origin = request.headers.origin;
  if (origin === undefined) return;
  const own = URL.canParse(origin) && new URL(origin).host === request.host;
  if (own || origin === originOf(config.uiUrl)) return;
  throw new ApiError(
    'AUTH_CROSS_SITE',
    `the request comes from a page of ${JSON.stringify(origin)}`,
  );
}

/** Without tokens, a name that points to this machine (DNS rebinding) would let any web page read profiles. */
function checkHost(request: FastifyRequest, config: ServerConfig): void {
  if (config.insecure || !isLoopback(config.host)) return;
  const name = request.hostname.replace(/^\[|\]$/g, '');
  if (name === '' || isLoopback(name) || name.endsWith('.localhost')) return;
  if (config.uiUrl !== null && new URL(config.uiUrl).host === request.host) return;
  throw new ApiError('AUTH_HOST_UNKNOWN', `the request is for host ${JSON.stringify(name)}`);
}

function originOf(url: string | null): string | null {
  return url === null ? null : new URL(url).origin;
}
