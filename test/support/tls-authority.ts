import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface ServerCertificate {
  readonly cert: string
  readonly key: string
}

/** An authority of our own, made by openssl. */
export interface TlsAuthority {
  /** PEM. */
  readonly certificate: string
  /** @param name as openssl has it in subjectAltName: `DNS:issuer.test`, `IP:127.0.0.1` */
  issue(name: string): Promise<ServerCertificate>
  [Symbol.asyncDispose](): Promise<void>
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

export async function makeTlsAuthority(): Promise<TlsAuthority> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-authority-'))
  const file = (name: string) => join(folder, name)
  const read = (name: string) => readFile(file(name), 'utf8')
  const authority = ['-keyout', file('ca.key'), '-out', file('ca.pem')]
  await openssl('req', '-x509', ...NEW_KEY, ...authority, '-subj', '/CN=Test authority', '-days', '2')
  return {
    certificate: await read('ca.pem'),
    async issue(name) {
      await openssl('req', ...NEW_KEY, '-keyout', file('key'), '-out', file('request'), '-subj', '/CN=server')
      await writeFile(file('extensions'), `subjectAltName=${name}`)
      const signer = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial']
      const request = ['-in', file('request'), '-extfile', file('extensions')]
      await openssl('x509', '-req', ...request, ...signer, '-out', file('cert'), '-days', '2')
      return { cert: await read('cert'), key: await read('key') }
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

async function openssl(...args: string[]): Promise<void> {
  const child = Bun.spawn(['openssl', ...args], { stdout: 'ignore', stderr: 'pipe' })
  const errors = await new Response(child.stderr).text()
  if ((await child.exited) !== 0) throw new Error(`openssl ${args.join(' ')}\n${errors}`)
}
