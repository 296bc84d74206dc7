import { chmod, mkdir, symlink } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { makeSigner, type TokenSigner } from '../support/identity-tokens.ts'
import { homeOf } from './client-home.ts'
import { type Endpoint, type RunningServer, startServer } from './server.ts'
import { GO_BIN_DIRECTORY, tool } from './tools.ts'
import type { World } from './world.ts'

const ROOT = dirname(dirname(import.meta.dirname))
export const EXAMPLES = join(ROOT, 'examples')

export type AwsCli = 'aws-v1' | 'aws-v2'

/** A registry that an example has for itself, and the environment in which its commands are run. */
export interface IdentityExample {
  readonly server: RunningServer
  readonly endpoint: Endpoint
  readonly environment: Readonly<Record<string, string>>
}

export async function startIdentityExample(world: World): Promise<IdentityExample> {
  const server = await startServer({ directory: join(world.directory, 'server'), tls: false })
  return { server, endpoint: server.endpoint, environment: await environmentOf(world, server.endpoint) }
}

/** @throws {Error} when the server has logged a fault, or does not end by itself */
export async function stopIdentityExample(example: IdentityExample | undefined): Promise<void> {
  try {
    await example?.server.assertNoFault()
  } finally {
    await example?.server.stop()
  }
}

/** The environment with `aws` being one of the two AWS CLIs. */
export function withAws({ environment }: IdentityExample, world: World, aws: AwsCli): Readonly<Record<string, string>> {
  return { ...environment, PATH: [join(world.directory, aws), environment.PATH].join(delimiter) }
}

/** The root key's; with `lading` on the PATH as a release has it. */
async function environmentOf(world: World, endpoint: Endpoint): Promise<Record<string, string>> {
  const programs = join(world.directory, 'bin')
  const lading = join(programs, 'lading')
  await Bun.write(lading, `#!/bin/sh\nexec node '${ROOT}/scripts/with-bun.mjs' '${ROOT}/src/main/lading.ts' "$@"\n`)
  await chmod(lading, 0o755)
  for (const aws of ['aws-v1', 'aws-v2'] as const) {
    await mkdir(join(world.directory, aws))
    await symlink(tool(aws), join(world.directory, aws, 'aws'))
  }
  return {
    ...homeOf(world),
    PATH: [programs, '/usr/bin', process.env.PATH, GO_BIN_DIRECTORY].join(delimiter),
    ENDPOINT: endpoint.url,
    REGISTRY: endpoint.host,
    ACCOUNT: endpoint.account,
    LADING_ENDPOINT: endpoint.url,
    AWS_ACCESS_KEY_ID: endpoint.accessKeyId,
    AWS_SECRET_ACCESS_KEY: endpoint.secretAccessKey,
    AWS_DEFAULT_REGION: endpoint.region,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
  }
}

/** An issuer of identity tokens with a key of its own. */
export class Issuer {
  readonly url: string
  readonly #signer: TokenSigner

  constructor(url: string) {
    this.url = url
    this.#signer = makeSigner('RS256')
  }

  /** As its `jwks_uri` would answer. @returns the file */
  async writeKeys(file: string): Promise<string> {
    await Bun.write(file, JSON.stringify({ keys: [this.#signer.publicJwk] }))
    return file
  }

  /** @param claims beside the issuer and the times: it is good for ten minutes from now on */
  token(claims: Readonly<Record<string, unknown>>): string {
    const now = Math.floor(Date.now() / 1000)
    return this.#signer.sign({ ...claims, iss: this.url, iat: now, nbf: now - 5, exp: now + 600 })
  }
}
