import type { RequestContext } from '../../src/api/request-context.ts'

/** What the server would say of a plain request at the main listener. */
export function requestContext(more: Partial<RequestContext> = {}): RequestContext {
  return {
    requestId: 'test',
    clientAddress: '127.0.0.1',
    host: '127.0.0.1:5000',
    secure: false,
    userAgent: 'test',
    anonymousListener: false,
    ...more,
  }
}
