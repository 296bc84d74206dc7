import { roleArn, userArn } from '../principal.ts'

/** What the ARN of a user, a group or a role says. */
export interface IdentityArn {
  readonly accountId: string
  readonly kind: 'user' | 'group' | 'role'
  /** `/`, or `/…/`. */
  readonly path: string
  readonly name: string
}

/** Names and paths as IAM takes them, or longer; paths may have empty parts (API reference of IAM, CreateUser). */
const IDENTITY_ARN = /^arn:aws:iam::([0-9]{12}):(user|group|role)(\/(?:[!-~]{1,510}\/)?)([\w+=,.@-]{1,128})$/

export function identityArn(accountId: string, { kind, path, name }: Omit<IdentityArn, 'accountId'>): string {
  switch (kind) {
    case 'user':
      return userArn(accountId, path, name)
    case 'role':
      return roleArn(accountId, path, name)
    case 'group':
      return groupArn(accountId, path, name)
  }
}

/** @param path `/`, or `/…/` */
export function groupArn(accountId: string, path: string, name: string): string {
  return `arn:aws:iam::${accountId}:group${path}${name}`
}

/** @returns undefined for what is no ARN of a user, a group or a role */
export function matchIdentityArn(text: string): IdentityArn | undefined {
  const [, accountId, kind, path, name] = IDENTITY_ARN.exec(text) ?? []
  if (accountId === undefined || path === undefined || name === undefined || !isKind(kind)) return undefined
  return { accountId, kind, path, name }
}

function isKind(text: string | undefined): text is IdentityArn['kind'] {
  return text === 'user' || text === 'group' || text === 'role'
}
