import type { LadingAge } from './lading-policy.ts'

export function hoursOf(age: LadingAge): number {
  return 'days' in age ? age.days * 24 : age.hours
}
