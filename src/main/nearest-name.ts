/** The name that `text` was probably meant to be, or undefined when none is near. For "did you mean". */
export function nearestName<Name extends string>(text: string, names: readonly Name[]): Name | undefined {
  const ranked = names
    .map((name) => ({ name, distance: editDistance(text, name) }))
    .toSorted((one, other) => one.distance - other.distance)
  const best = ranked[0]
  return best !== undefined && best.distance <= Math.max(2, Math.floor(text.length / 4)) ? best.name : undefined
}

/** Levenshtein's distance, one row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
