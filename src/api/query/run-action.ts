import { refuseIfRestricted, refuseOwnSession } from '../../services/iam/restricted-session.ts'
import type { QueryCall, SignedAction } from './define-action.ts'
import { Inputs } from './inputs.ts'
import type { ParameterTree } from './parameters.ts'
import type { QueryApi } from './query-api.ts'

/** Decides and answers a signed call. */
export async function runAction(
  api: QueryApi,
  action: SignedAction<string>,
  signed: { readonly call: QueryCall; readonly parameters: ParameterTree },
): Promise<object | undefined> {
  const { call, parameters } = signed
  if (api.service === 'iam') {
    refuseOwnSession(call.caller)
    if (action.changes) refuseIfRestricted(call.caller)
  }
  return await action.run(call, new Inputs(parameters))
}
