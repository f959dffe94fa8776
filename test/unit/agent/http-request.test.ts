import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { HttpRequest } from '../../../agent/src/http-request.ts';

describe('a request that was answered', () => {
  it('keeps what it was asked and what was answered, without looking at the objects again', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const raw = { method: 'GET', url: '/users/17?x=1', headers: { traceparent } };
    const response = { statusCode: 200 };
    const request = new HttpRequest(
      raw as unknown as IncomingMessage,
      response as ServerResponse,
      0,
    );
    request.askRoute = () => '/users/:id';
    response.statusCode = 503;
    request.finish();
    Object.assign(raw, { method: 'PUT', url: '/other', headers: {} });
    response.statusCode = 200;

    expect(request).toMatchObject({ method: 'GET', status: 503, route: '/users/:id' });
    expect(request.failed).toBe(true);
    expect(request.endpointOfPath).toMatch(/^GET \/users\//);
    expect(request.work.endpoint).toBe('GET /users/:id');
    expect(request.traceparent()?.spanId).toBe('b7ad6b7169203331');
    expect(request.aborted).toBe(false);
  });
});
