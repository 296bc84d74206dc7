/** ECR's API writes upload ids as UUIDs (ecr.md 1.15); ours are the same 32 digits without dashes. */
export function formatUploadUuid(uploadId: string): string {
  const [, a, b, c, d, e] = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(uploadId) ?? []
  return [a, b, c, d, e].join('-')
}

/** @returns the id, or undefined for text that is not a UUID */
export function parseUploadUuid(text: string): string | undefined {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)) return undefined
  return text.replaceAll('-', '').toLowerCase()
}
