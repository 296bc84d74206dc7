import { Refusal } from '../core/refusal.ts'
import type { HeldBody } from './body-room.ts'
import { readBody } from './read-body.ts'

/** The body of a call of AWS's. @throws {Refusal} `limit-exceeded`, and as `readBody` does */
export async function readCall(request: Request, limitBytes: number): Promise<HeldBody> {
  const message = `The request is larger than ${limitBytes} bytes, the most that this call takes.`
  return await readBody(request, limitBytes, () => new Refusal('limit-exceeded', message))
}
