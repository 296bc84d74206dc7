/** All of standard input. @returns undefined when it is more than this, or no UTF-8 */
export async function readStdin(mostBytes: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of Bun.stdin.stream()) {
    sizeBytes += chunk.byteLength
    if (sizeBytes <= Math.min(mostBytes, 1024 * 1024)) chunks.push(chunk)
  }
  if (sizeBytes > mostBytes) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch {
    return undefined
  }
}
