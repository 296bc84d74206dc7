/** The fields of what should be an object; of anything else there are none. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  // Nothing is said of the fields' own kinds, so this promises no more than the check.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
