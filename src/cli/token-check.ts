import { CliProblem } from './cli-problem.ts'
import { send } from './send.ts'

/**
 * Whether a registry still takes a token: one of a session that was ended, or of a key that is inactive, is refused long
 * before it expires.
 *
 * @returns true also when nobody answers, as the token may well be good
 */
export async function isTokenTaken(
  { endpoint, password }: { readonly endpoint: string; readonly password: string },
  certificates: string | undefined,
): Promise<boolean> {
  const headers = { authorization: `Basic ${btoa(`AWS:${password}`)}` }
  try {
    const { status } = await send(`${endpoint}/v2/`, { method: 'GET', headers }, certificates)
    return status !== 401 && status !== 403
  } catch (error) {
    if (error instanceof CliProblem) return true
    throw error
  }
}
