/** @returns whether the work settled in time, well or not */
export async function settlesWithin(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  const timeout = Promise.withResolvers<false>()
  const timer = setTimeout(() => timeout.resolve(false), limitMs)
  const settled = work.then(
    () => true as const,
    () => true as const,
  )
  const inTime = await Promise.race([settled, timeout.promise])
  clearTimeout(timer)
  return inTime
}
