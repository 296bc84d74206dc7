const DECIMAL = /^-?[0-9]+(?:\.[0-9]+)?$/
const LONGEST = 40

/** @returns undefined if the text is not a decimal number, such as `12`, `-1` or `0.5` */
export function parseDecimal(text: string): number | undefined {
  return text.length <= LONGEST && DECIMAL.test(text) ? Number(text) : undefined
}
