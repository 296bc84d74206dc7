import type { Caller, Services } from '../../services/context.ts'
import type { OciCall } from './call.ts'

/** The member of the union that a row of the table handles; members that stand for several kinds are narrowed to one. */
export type CallOf<Kind extends OciCall['kind']> = Narrowed<OciCall, Kind>

type Narrowed<Call, Kind> = Call extends { readonly kind: infer Kinds }
  ? Kind extends Kinds
    ? Call & { readonly kind: Kind }
    : never
  : never

/** What every handler works with, beside the call itself. */
export interface OciRequest {
  readonly services: Services
  readonly caller: Caller
  readonly request: Request
}
