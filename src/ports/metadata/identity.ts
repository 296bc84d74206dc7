import type { ResourceTag } from './repositories.ts'

/** A key of the OpenID Connect provider, as RFC 7517 has it; only public members. */
export type JsonWebKey = Readonly<Record<string, unknown>>

/** What every identity has. */
interface Named {
  /** Unique for ever, such as `AIDA…` or `AROA…`: one made again under an old name has another. */
  readonly id: string
  /** As it was given; two that differ only in case are the same (IAM user guide, "Name limitations"). */
  readonly name: string
  /** `/`, or `/…/`. */
  readonly path: string
  /** Unix time in milliseconds. */
  readonly createdAtMs: number
  readonly tags: readonly ResourceTag[]
}

/** Who can have policies of its own. */
interface Permitted extends Named {
  /** Policies by their names: texts with unique ids for principals, as they were saved. */
  readonly inlinePolicies: readonly InlinePolicy[]
  /** ARNs of managed policies, in the order in which they were attached. */
  readonly attachedPolicies: readonly string[]
}

export interface InlinePolicy {
  readonly name: string
  readonly text: string
}

export interface User extends Permitted {
  readonly kind: 'user'
  readonly boundaryArn: string | undefined
  /** Ids of the groups that the user is in. */
  readonly groupIds: readonly string[]
  /** Sessions and tokens made before are not good any more; 0 for all. Unix time in milliseconds. */
  readonly sessionsValidFromMs: number
}

export interface Group extends Permitted {
  readonly kind: 'group'
}

export interface Role extends Permitted {
  readonly kind: 'role'
  readonly boundaryArn: string | undefined
  readonly description: string
  /** Who may assume it; principals by their unique ids. */
  readonly trustPolicy: string
  readonly maxSessionSeconds: number
  /** As `User` has it. */
  readonly sessionsValidFromMs: number
  readonly lastUsed: { readonly atMs: number; readonly region: string } | undefined
}

export interface ManagedPolicy extends Named {
  readonly kind: 'policy'
  readonly description: string
  readonly defaultVersion: string
  /** At most five, the oldest first. */
  readonly versions: readonly PolicyVersion[]
  readonly updatedAtMs: number
  /** Goes up with every version, so that no version id is used twice. */
  readonly versionsMade: number
}

export interface PolicyVersion {
  /** `v1` and up. */
  readonly id: string
  readonly text: string
  readonly createdAtMs: number
}

/** An issuer of identity tokens that roles may trust. Two may have one issuer and different keys: two clusters. */
export interface OidcProvider extends Named {
  readonly kind: 'oidc-provider'
  /** `https://…`, as tokens have it in `iss`. */
  readonly issuer: string
  /** Audiences that tokens may be for. */
  readonly clientIds: readonly string[]
  readonly thumbprints: readonly string[]
  /** Uploaded keys; undefined when they are fetched from the issuer. */
  readonly keys: readonly JsonWebKey[] | undefined
  /** The cluster's name, when the tokens are of Kubernetes service accounts. It comes from here, never from a token. */
  readonly kubernetesCluster: string | undefined
  /** Session tags made of claims: the tag's key, and the claim's name. */
  readonly claimTags: readonly { readonly tagKey: string; readonly claim: string }[]
}

/** A long-lived access key. */
export interface AccessKeyRecord extends Omit<Named, 'name' | 'path' | 'tags'> {
  readonly kind: 'access-key'
  /** Of the user; the account id for a key of the root user. */
  readonly ownerId: string
  /** Encrypted under the installation's key; opened by `services/identity/access-key-secret.ts` alone. */
  readonly sealedSecret: string
  readonly state: 'active' | 'inactive'
}

export interface Identities {
  readonly user: User
  readonly group: Group
  readonly role: Role
  readonly policy: ManagedPolicy
  readonly 'oidc-provider': OidcProvider
  readonly 'access-key': AccessKeyRecord
}
export type IdentityKind = keyof Identities
/** Those that are found by name: access keys have none. */
export type NamedKind = Exclude<IdentityKind, 'access-key'>

export interface IdentityPage {
  /** A name, or for access keys an id: the page begins after it. */
  readonly after: string | undefined
  readonly limit: number
  /** Only what has a path that begins with this. */
  readonly pathPrefix?: string
}

/** What a list of identities is about. */
export interface IdentityFilter {
  /** Access keys of this owner. */
  readonly ownerId?: string
  /** Users in this group, by its id. */
  readonly groupId?: string
  /** Users, groups and roles that this managed policy is attached to, by its ARN. */
  readonly attachedPolicy?: string
  /** Users and roles that have this managed policy as their boundary, by its ARN. */
  readonly boundaryArn?: string
}

/** Identities of all accounts; what was deleted is never seen. */
export interface IdentityReads {
  /** Names are compared without regard to case. */
  findIdentity<Kind extends NamedKind>(
    accountId: string,
    kind: Kind,
    name: string,
  ): Promise<Identities[Kind] | undefined>
  /** Whosever it is: with the account that it belongs to. */
  findIdentityById<Kind extends IdentityKind>(
    kind: Kind,
    id: string,
  ): Promise<{ readonly accountId: string; readonly identity: Identities[Kind] } | undefined>
  /** In the order of their names without regard to case; access keys by id. */
  listIdentities<Kind extends IdentityKind>(
    accountId: string,
    kind: Kind,
    page: IdentityPage,
    filter?: IdentityFilter,
  ): Promise<Identities[Kind][]>
  countIdentities(accountId: string, kind: IdentityKind, filter?: IdentityFilter): Promise<number>
  /** Unix time in milliseconds, and for what an access key was last used; undefined when it never was. */
  findKeyUse(accessKeyId: string): Promise<KeyUse | undefined>
}

export interface KeyUse {
  readonly atMs: number
  readonly service: string
  readonly region: string
}

/**
 * The identities of one account, which stay as they are until the transaction ends for everybody but this one. Getting
 * hold of it counts as a change: everybody who remembers the account's identities looks again.
 */
export interface IdentityChanges {
  /** @returns false when one of that kind has the name, or the id; nothing was changed then */
  insert(identity: Identities[IdentityKind]): Promise<boolean>
  /** Replaces the one with the same kind and id. @returns false when the new name is another's, or there is none */
  replace(identity: Identities[IdentityKind]): Promise<boolean>
  /** What is not there is passed over. What refers to it stays as it is: the caller has seen to that. */
  delete(kind: IdentityKind, id: string): Promise<void>
}

export interface IdentityTransactions {
  /** Waits for whoever else changes this account's identities. Taken before any other lock. */
  changeIdentities(accountId: string): Promise<IdentityChanges>
  /** Notes uses of access keys and roles; the newest wins. Unlike other changes, it counts as none. */
  recordKeyUses(uses: readonly (KeyUse & { readonly accessKeyId: string })[]): Promise<void>
  recordRoleUses(
    uses: readonly { readonly roleId: string; readonly atMs: number; readonly region: string }[],
  ): Promise<void>
}
