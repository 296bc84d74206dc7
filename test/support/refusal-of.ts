import { Refusal } from '../../src/core/refusal.ts'

/** The refusal that an action ends in; whatever else it does fails the test. */
export function refusalOf(action: () => unknown): Refusal {
  try {
    action()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('expected a refusal')
}

/** As `refusalOf`, of what is awaited. */
export async function refusalFrom(promise: Promise<unknown>): Promise<Refusal> {
  const error = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  )
  if (error instanceof Refusal) return error
  throw new Error('expected a refusal', { cause: error })
}
