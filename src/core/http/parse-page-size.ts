import { quote } from '../digest.ts'
import { Refusal } from '../refusal.ts'

/**
 * More than any page holds. ECR refuses more than 1,000, but OCI clients ask for 10,000 and mean "many": what is
 * larger is cut to this, and never allocated by (CVE-2023-2253).
 */
const LARGEST = 10_000

/**
 * `n` of a list request (distribution-spec, "Listing Tags"). Zero is a size: it asks for an empty page.
 *
 * @returns undefined when the client leaves the size to the registry
 * @throws {Refusal} `page-invalid` unless it is digits only
 */
export function parsePageSize(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[0-9]+$/.test(text)) {
    throw new Refusal('page-invalid', `invalid page size ${quote(text)}: expected an integer of 0 or more`)
  }
  return Math.min(Number(text), LARGEST)
}
