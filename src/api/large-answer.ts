import type { Services } from '../services/context.ts'

/** Answers of usual size are smaller; those are sent at once, with their length. */
const LARGE_CHARACTERS = 256 * 1024

/**
 * An answer whose size is the caller's choice, as JSON.
 *
 * @param headers must say what the content type is
 * @param isOwed as `AnswerRoom.stream`
 * @throws {Refusal} `too-many-requests` when large answers that nobody reads hold all that there is
 */
export function jsonAnswer({ answerRoom }: Services, value: unknown, headers: HeadersInit, isOwed = false): Response {
  const text = JSON.stringify(value)
  if (text.length > LARGE_CHARACTERS) return new Response(answerRoom.stream(Buffer.from(text), isOwed), { headers })
  const sized = new Headers(headers)
  sized.set('Content-Length', String(Buffer.byteLength(text)))
  return new Response(text, { headers: sized })
}
