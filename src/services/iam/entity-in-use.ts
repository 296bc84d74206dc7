import { Refusal } from '../../core/refusal.ts'

/** @param first what has to go before, in AWS's words */
export function entityInUse(first: string): Refusal {
  return new Refusal('entity-in-use', `Cannot delete entity, ${first}.`)
}
