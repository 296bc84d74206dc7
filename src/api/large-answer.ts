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
export function jsonAnswer(services: Services, value: unknown, headers: HeadersInit, isOwed = false): Response {
  return textAnswer(services, JSON.stringify(value), headers, isOwed)
}

/** The same of a text. */
export function textAnswer({ answerRoom }: Services, text: string, headers: HeadersInit, isOwed = false): Response {
  if (text.length > LARGE_CHARACTERS) return new Response(answerRoom.stream(Buffer.from(text), isOwed), { headers })
  const sized = new Headers(headers)
  sized.set('Content-Length', String(Buffer.byteLength(text)))
  return new Response(text, { headers: sized })
}
