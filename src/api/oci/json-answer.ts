import type { Services } from '../../services/context.ts'

/** Pages of usual size are smaller; those are sent at once, with their length. */
const LARGE_CHARACTERS = 256 * 1024

/**
 * A list as JSON.
 *
 * @param headers must say what the content type is
 * @throws {Refusal} `too-many-requests` when large answers that nobody reads hold all that there is
 */
export function jsonAnswer({ answerRoom }: Services, value: unknown, headers: HeadersInit): Response {
  const text = JSON.stringify(value)
  return new Response(text.length <= LARGE_CHARACTERS ? text : answerRoom.stream(Buffer.from(text)), { headers })
}
