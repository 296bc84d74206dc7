/** `arn:partition:service:region:account:resource`; colons after the fifth belong to the resource. */
export interface ArnText {
  readonly text: string
  /** Six. */
  readonly segments: readonly string[]
}

export const ARN_SEGMENTS = 6

/** @returns undefined if the text has fewer than six segments */
export function arnTextOf(text: string): ArnText | undefined {
  const segments: string[] = []
  let from = 0
  for (let index = 1; index < ARN_SEGMENTS; index++) {
    const colon = text.indexOf(':', from)
    if (colon === -1) return undefined
    segments.push(text.slice(from, colon))
    from = colon + 1
  }
  segments.push(text.slice(from))
  return { text, segments }
}

/** From the given segment to the end, colons included. */
export function restOfArn({ text, segments }: ArnText, index: number): string {
  let from = index
  for (let before = 0; before < index; before++) from += segments[before]?.length ?? 0
  return text.slice(from)
}
