import type { ListenAddress } from './config-parsers.ts'

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there already; end it, or choose another port',
  EADDRNOTAVAIL: 'no network interface of this machine has that address',
  EACCES: 'this user may not listen on a port below 1024',
  EINVAL: 'it is no address of this machine',
}

/** Why an address cannot be listened on, by the setting that names it. */
export function listenProblem(setting: string, { hostname, port }: ListenAddress, error: unknown): Error {
  const { code, message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { code: '', message: `${error}` }
  const host = hostname.includes(':') ? `[${hostname}]` : hostname
  return new Error(`${setting} is "${host}:${port}", which cannot be listened on: ${WHY[code ?? ''] ?? message}`, {
    cause: error,
  })
}
