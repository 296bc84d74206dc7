import { getSessionToken as get } from '../../services/sts/get-session-token.ts'
import { defineStsAction } from '../query/define-action.ts'
import { credentialsOf } from './session-inputs.ts'

/** `GetSessionToken`: no permission is asked for, as the session can do nothing that the key cannot. */
export const getSessionToken = defineStsAction('GetSessionToken', {
  needs: [],
  changes: true,
  parse: (inputs) => {
    const device = inputs.text('SerialNumber')
    if (device !== undefined) throw inputs.invalid('SerialNumber', 'Member must be null: there are no MFA devices here')
    return inputs.integer('DurationSeconds', { min: 900, max: 129_600 })
  },
  handle: async ({ services, caller }, durationSeconds) => ({
    Credentials: credentialsOf(get(services, caller, durationSeconds)),
  }),
})
