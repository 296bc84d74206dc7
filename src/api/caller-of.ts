import type { Principal } from '../core/principal.ts'
import type { Registry } from '../ports/metadata/registries.ts'
import type { Caller } from '../services/context.ts'
import type { RequestContext } from './request-context.ts'

/** Who asks for which registry. Whoever calls a service is made here, so that the log knows who they were. */
export function callerOf(context: RequestContext, principal: Principal, registry: Registry): Caller {
  context.principal = principal.arn
  return { principal, registry, requestId: context.requestId, origin: context }
}
