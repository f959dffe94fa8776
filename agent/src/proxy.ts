import * as http from 'node:http';
import * as https from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import * as tls from 'node:tls';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the usual variables name for a target; null = reach it directly.
 *
 * Lower case first, as curl has it; a target on this machine is never sent away, as Go has it.
 * Errors  none: an address that is none counts as unset, since the variable is other tools' too.
 */
export function proxyFor(target: URL, env: Env): string | null {
  if (isLoopback(target.hostname) || isExempt(target, read(env, 'no_proxy'))) return null;
  const named = read(env, `${target.protocol.slice(0, -1)}_proxy`) ?? read(env, 'all_proxy');
  if (named === null) return null;
  const address = /^[a-z][\w+.-]*:\/\//i.test(named) ? named : `http://${named}`;
  return URL.canParse(address) && /^https?:/i.test(address) ? address : null;
}

function read(env: Env, name: string): string | null {
  return (env[name] ?? env[name.toUpperCase()])?.trim() || null;
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** `NO_PROXY`: host names with their subdomains, addresses, each with a port or without, or `*`. */
function isExempt(target: URL, list: string | null): boolean {
  const host = target.hostname.toLowerCase();
  return (list ?? '').split(/[\s,]+/).some((entry) => {
    const [, name, port] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase())!;
    if (entry === '*') return true;
    if (!name || (port !== undefined && port !== portOf(target))) return false;
    return host === name || host.endsWith(`.${name}`);
  });
}

function portOf(url: URL): string {
  return url.port || (url.protocol === 'https:' ? '443' : '80');
}

/** `Proxy-Authorization` for an address with user and password. */
export function proxyHeaders(proxy: URL): Record<string, string> {
  if (proxy.username === '') return {};
  const user = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(user).toString('base64')}` };
}

type Connected = (error: Error | null, stream: Duplex) => void;

/** Keeps TLS connections through an HTTP proxy. Source  RFC 9110, section 9.3.6 (CONNECT). */
export class TunnelAgent extends https.Agent {
  readonly #proxy: URL;

  constructor(proxy: URL, options: https.AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(options: http.ClientRequestArgs, callback?: Connected): undefined {
    const done = callback as (error: Error | null, stream?: Duplex) => void;
    const authority = `${options.host}:${options.port}`;
    const request = new http.ClientRequest({
      host: this.#proxy.hostname.replace(/^\[|\]$/g, ''),
      port: portOf(this.#proxy),
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...proxyHeaders(this.#proxy) },
      agent: this.#proxy.protocol === 'https:' ? new https.Agent() : new http.Agent(),
    } as http.RequestOptions as never);
    request.on('socket', (socket) => socket.unref());
    request.on('error', (error) => done(error));
    request.on('connect', (response, socket) => {
      if (response.statusCode === 200) done(null, tls.connect({ ...(options as object), socket }));
      else {
        socket.destroy();
        done(new Error(`the proxy ${this.#proxy.host} answered ${response.statusCode}`));
      }
    });
    request.end();
  }
}
