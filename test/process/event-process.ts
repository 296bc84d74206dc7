import { AUTHORIZATION, type LadingProcess } from './lading-process.ts'

const INDEX = 'application/vnd.oci.image.index.v1+json'

/** What root asks of a server. */
export async function manage(
  server: LadingProcess,
  method: string,
  path: string,
  body?: object,
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes, and a wrong look fails the test
): Promise<any> {
  const response = await fetch(`${server.addresses[0]}/api/v1${path}`, {
    method,
    headers: { authorization: AUTHORIZATION, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return response.status === 204 ? undefined : await response.json()
}

/** Pushes an index without children, which needs nothing else, under a tag. */
export async function pushTag(server: LadingProcess, repository: string, tag: string): Promise<void> {
  const body = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [], annotations: { tag } })
  const response = await fetch(`${server.addresses[0]}/v2/${repository}/manifests/${tag}`, {
    method: 'PUT',
    headers: { authorization: AUTHORIZATION, 'content-type': INDEX },
    body,
  })
  if (response.status !== 201) throw new Error(`pushing ${tag}: ${response.status} ${await response.text()}`)
}

/** Waits for something that is to come about. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> {
  const deadlineMs = Date.now() + limitMs
  while (!(await isSo())) {
    if (Date.now() > deadlineMs) throw new Error(`${what}: not within ${limitMs} ms`)
    await Bun.sleep(20)
  }
}
