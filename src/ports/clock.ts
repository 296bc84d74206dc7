/** Time as services see it; tests move it by hand. */
export interface Clock {
  /** Unix time in milliseconds. */
  nowMs(): number
}
