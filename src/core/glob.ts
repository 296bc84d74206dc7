const STAR = 0x2a

/**
 * Whether the whole of `text` fits `pattern`, in which `*` stands for any run of characters, the empty one included.
 * Two pointers and one step back: at most pattern length times text length, never a RegExp (iam.md 1.6).
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let star = -1
  let resume = 0
  while (t < text.length) {
    if (p < pattern.length && pattern.charCodeAt(p) === STAR) {
      star = p++
      resume = t
    } else if (p < pattern.length && pattern.charCodeAt(p) === text.charCodeAt(t)) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++resume
    } else {
      return false
    }
  }
  while (p < pattern.length && pattern.charCodeAt(p) === STAR) p++
  return p === pattern.length
}

/** As `matchesGlob`, for a pattern that is asked often: one without `*`, or with its only `*` at the end, is a comparison. */
export function compileGlob(pattern: string): (text: string) => boolean {
  const star = pattern.indexOf('*')
  if (star === -1) return (text) => text === pattern
  const prefix = pattern.slice(0, star)
  const first = pattern.charCodeAt(0)
  const mayFit = (text: string) => star === 0 || (text.charCodeAt(0) === first && text.startsWith(prefix))
  return star === pattern.length - 1 ? mayFit : (text) => mayFit(text) && matchesGlob(pattern, text)
}
