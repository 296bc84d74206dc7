const LONGEST = 512

/** Text of a request as the log takes it: a line must not grow with what somebody sends. */
export function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`
}
