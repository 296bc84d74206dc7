import type { JsonObject, JsonValue } from '../strict-json.ts'
import { tokenRejected } from './refusals.ts'

const MOST_AUDIENCES = 50
const LONGEST_AUDIENCE = 255

/**
 * The audience by which the token is for us: one that is in its `aud` and that the provider is registered for. Of
 * several such it is the one in `azp`, else the first in the token.
 *
 * AWS puts `azp` in the place of `aud` whenever a token has it, also when `aud` names somebody else. Here a token is
 * never for us only because we asked for it: `azp` chooses, it does not add.
 *
 * @throws {Refusal} `identity-token-rejected`
 */
export function audienceOf(claims: JsonObject, clientIds: readonly string[]): string {
  const ours = parseAudiences(claims.aud).filter((audience) => clientIds.includes(audience))
  const preferred = ours.find((audience) => audience === claims.azp) ?? ours[0]
  if (preferred === undefined) {
    throw tokenRejected(`Incorrect token audience: the provider's tokens must be for ${listOf(clientIds)}.`)
  }
  return preferred
}

function parseAudiences(aud: JsonValue | undefined): string[] {
  const audiences = typeof aud === 'string' ? [aud] : Array.isArray(aud) ? aud : []
  const texts = audiences.filter((audience) => typeof audience === 'string' && audience.length <= LONGEST_AUDIENCE)
  if (audiences.length === 0 || audiences.length > MOST_AUDIENCES || texts.length < audiences.length) {
    throw tokenRejected(
      `The identity token must have "aud": a text, or a list of at most ${MOST_AUDIENCES}, of at most ${LONGEST_AUDIENCE} characters.`,
    )
  }
  return texts
}

function listOf(clientIds: readonly string[]): string {
  if (clientIds.length === 0) return 'an audience, and it is registered without any'
  const shown = clientIds.slice(0, 10).map((id) => `"${id}"`)
  return shown.join(' or ') + (clientIds.length > shown.length ? ' or others' : '')
}
