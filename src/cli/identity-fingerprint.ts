import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { AwsCredentials } from './credentials.ts'
import type { CliEnvironment } from './environment.ts'
import { isMembers } from './members.ts'

/** The claims of an identity token that say who it is of. */
const WHO = ['iss', 'sub', 'aud'] as const

/**
 * Everything that decides who the chain of credentials finds, as one hash: variables, profiles, the subject of a token
 * file. Whoever changes any of it is somebody else, and gets no token of before.
 */
export async function identityFingerprint(environment: CliEnvironment, profile: string | undefined): Promise<string> {
  const { identityVariables, sharedFiles, tokenFiles } = environment
  const variables = Object.entries(identityVariables).toSorted(([one], [other]) => (one < other ? -1 : 1))
  const files = await Promise.all(sharedFiles.map(readOrNothing))
  const subjects = (await Promise.all(tokenFiles.map(readOrNothing))).map(subjectOf)
  return hash(JSON.stringify([profile ?? null, variables, files, subjects]))
}

/** Of credentials that stay the same for a while; never to be undone. */
export function credentialsHash({ accessKeyId, secretAccessKey, sessionToken }: AwsCredentials): string {
  return hash(JSON.stringify([accessKeyId, secretAccessKey, sessionToken ?? null]))
}

async function readOrNothing(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '')
}

/** Such a token is replaced every hour, and still of the same service account or job. What is no token stands for itself. */
function subjectOf(token: string): unknown {
  const payload = token.trim().split('.')[1]
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString())
    return isMembers(claims) ? WHO.map((claim) => claims[claim] ?? null) : token
  } catch {
    return token
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
