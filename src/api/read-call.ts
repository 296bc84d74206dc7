import { Refusal } from '../core/refusal.ts'
import type { HeldBody } from '../services/body-room.ts'
import type { Services } from '../services/context.ts'
import { readBody } from './read-body.ts'

/** The body of a call of AWS's. @throws {Refusal} `limit-exceeded`, and as `readBody` does */
export async function readCall(services: Services, request: Request, limitBytes: number): Promise<HeldBody> {
  const message = `The request is larger than ${limitBytes} bytes, the most that this call takes.`
  const refusal = () => new Refusal('limit-exceeded', message)
  return await readBody(services, request, { bytes: limitBytes, refusal })
}
