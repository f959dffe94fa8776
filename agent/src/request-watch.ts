import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from './clock.ts';
import { HttpRequest } from './http-request.ts';
import { watchKoa } from './koa-routes.ts';
import { sideField } from './side-field.ts';

const STARTED = 'http.server.request.start';
const FINISHED = 'http.server.response.finish';
const FASTIFY_HANDLER = 'tracing:fastify.request.handler:start';

const EARLY_REQUESTS = 10; // before each of these the loaded frameworks are looked at; later now and then

export interface RequestListener {
  started(request: HttpRequest): void;
  finished(request: HttpRequest): void;
  onError(error: unknown): void;
}

/** Incoming requests of every `http` and `https` server of the process, through Node's own channels. */
export class RequestWatch {
  readonly #clock: Clock;
  readonly #listener: RequestListener;
  readonly #requests = sideField<object, HttpRequest>(); // IncomingMessage -> what is known of it
  #unwatchKoa: (() => void) | null = null;
  #early = EARLY_REQUESTS;

  constructor(clock: Clock, listener: RequestListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  start(): void {
    subscribe(STARTED, this.#onStart);
    subscribe(FINISHED, this.#onFinish);
    subscribe(FASTIFY_HANDLER, this.#onFastify);
    this.check();
  }

  /** Look for frameworks that were loaded meanwhile. */
  check(): void {
    this.#unwatchKoa ??= watchKoa((raw, context) => {
      const request = this.#requests.get(raw);
      if (request !== undefined) request.askRoute = () => context._matchedRoute;
    });
  }

  stop(): void {
    unsubscribe(STARTED, this.#onStart);
    unsubscribe(FINISHED, this.#onFinish);
    unsubscribe(FASTIFY_HANDLER, this.#onFastify);
    this.#unwatchKoa?.();
    this.#unwatchKoa = null;
  }

  readonly #onStart = (message: unknown) =>
    this.#guarded(() => {
      const { request: raw, response } = message as {
        request: IncomingMessage;
        response: ServerResponse;
      };
      if (this.#early > 0) {
        this.#early -= 1;
        this.check();
      }
      const request = new HttpRequest(raw, response, this.#clock.monotonicMs());
      this.#requests.set(raw, request);
      this.#listener.started(request);
    });

  readonly #onFinish = (message: unknown) =>
    this.#guarded(() => {
      const request = this.#requests.get((message as { request: IncomingMessage }).request);
      if (request !== undefined) this.#listener.finished(request);
    });

  readonly #onFastify = (message: unknown) =>
    this.#guarded(() => {
      const { request, route } = message as { request: { raw: object }; route?: { url?: unknown } };
      const found = this.#requests.get(request.raw);
      if (found !== undefined) found.askRoute = () => route?.url;
    });

  /** What a subscriber throws ends the host as an uncaught exception. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#listener.onError(error);
    }
  }
}
