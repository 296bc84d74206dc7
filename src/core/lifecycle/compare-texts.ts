/** In the order of their characters; nothing comes before something. */
export function compareTexts(a: string | undefined, b: string | undefined): number {
  return a === b ? 0 : (a ?? '') < (b ?? '') ? -1 : 1
}
