import type { MetadataReader } from '../../ports/metadata-store.ts'

/** The parts of `arn:aws:iam::<account>:policy<path><name>`. */
export interface PolicyArn {
  /** 12 digits, or `aws` for those that are built in. */
  readonly accountId: string
  readonly path: string
  readonly name: string
}

/** @returns undefined for what is no managed policy's ARN */
export function parsePolicyArn(arn: string): PolicyArn | undefined {
  const [, accountId, path, name] = /^arn:aws:iam::(\d{12}|aws):policy(\/(?:[^/]+\/)*)([\w+=,.@-]+)$/.exec(arn) ?? []
  return accountId === undefined || path === undefined || name === undefined ? undefined : { accountId, path, name }
}

/**
 * The text of the default version.
 *
 * @param accountId whose policies may be meant
 * @returns undefined when there is none with this ARN
 */
export async function readManagedPolicy(
  metadata: Pick<MetadataReader, 'findIdentity'>,
  accountId: string,
  arn: string,
): Promise<string | undefined> {
  const parts = parsePolicyArn(arn)
  if (parts?.accountId !== accountId) return undefined
  const policy = await metadata.findIdentity(accountId, 'policy', parts.name)
  if (policy?.path !== parts.path) return undefined
  return policy.versions.find(({ id }) => id === policy.defaultVersion)?.text
}
