import { CliProblem } from './cli-problem.ts'

/** Without TLS nobody on the way must be able to listen, and to these addresses there is no way. */
const LOCAL = /^(?:localhost|.+\.localhost|127\.0\.0\.1|\[::1\])$/
/** A host and perhaps a port. */
const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i

/** @returns scheme, host and port, without a slash at the end. @throws {CliProblem} */
export function parseEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isPlain =
    url?.username === '' && url.password === '' && url.pathname === '/' && url.search === '' && url.hash === ''
  if (url === undefined || !isPlain || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new CliProblem(
      `The endpoint ${JSON.stringify(text.slice(0, 200))} must be like https://registry.example.com:5000.`,
      {
        exitCode: 2,
      },
    )
  }
  return url.origin
}

/**
 * The host of a server as docker and podman name it: with a scheme and a path, or without.
 *
 * @returns undefined for what is no such name, one with a user name in it included
 */
export function parseServerHost(text: string): string | undefined {
  const host = /^(?:https?:\/\/)?([^/]*)(?:\/.*)?$/i.exec(text)?.[1]
  if (host === undefined || !HOST.test(host) || !URL.canParse(`https://${host}`)) return undefined
  return host.toLowerCase()
}

/** Where a registry's API is, when nobody has said so. */
export function defaultEndpoint(host: string): string {
  const { hostname } = new URL(`https://${host}`)
  return new URL(`${LOCAL.test(hostname) ? 'http' : 'https'}://${host}`).origin
}

/** Whether the endpoint is at that very host and port. */
export function isAtHost(endpoint: string, host: string): boolean {
  const { protocol, host: endpointHost } = new URL(endpoint)
  return new URL(`${protocol}//${host}`).host === endpointHost
}
