/**
 * Whether some text fits both globs, in which `*` stands for any run of characters. One step for every pair of places in
 * them.
 */
export function globsMeet(a: string, b: string): boolean {
  let row = new Array<boolean>(b.length + 1).fill(false)
  row[0] = true
  for (let i = 0; i <= a.length; i++) {
    const next = new Array<boolean>(b.length + 1).fill(false)
    for (let j = 0; j <= b.length; j++) {
      if (row[j] !== true) continue
      const isStar = a[i] === '*'
      if (j < b.length && (b[j] === '*' || isStar)) row[j + 1] = true
      if (i < a.length && (isStar || b[j] === '*')) next[j] = true
      if (i < a.length && j < b.length && a[i] === b[j]) next[j + 1] = true
    }
    if (i < a.length) row = next
  }
  return row[b.length] === true
}
