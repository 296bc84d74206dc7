import { AnswerRoom } from '../answer-room.ts'

/** Pages of usual size are smaller; those are sent at once, with their length. */
const LARGE_CHARACTERS = 256 * 1024
const ROOM = new AnswerRoom(64 * 1024 * 1024, () => performance.now())

/**
 * A list as JSON.
 *
 * @param headers must say what the content type is
 * @throws {Refusal} `too-many-requests` when large answers that nobody reads hold all that there is
 */
export function jsonAnswer(value: unknown, headers: HeadersInit): Response {
  const text = JSON.stringify(value)
  return new Response(text.length <= LARGE_CHARACTERS ? text : ROOM.stream(Buffer.from(text)), { headers })
}
