import type { Decision } from '../../../src/core/policy/decide.ts'

/** Who asks, before unique ids and the like: what most cases leave as it is. */
export interface GoldenPrincipal {
  readonly kind: 'root' | 'user' | 'role-session' | 'federated' | 'anonymous'
  readonly accountId?: string
  readonly directIds?: readonly string[]
  readonly roleId?: string
}

/** One row: policies, a request, and what AWS's documentation says comes of it. */
export interface GoldenCase {
  readonly name: string
  /** Section of the rule it comes from: `1.1` and `1.2` are those of iam.md, `5.1` and `5.2` those of ecr.md. */
  readonly rule: string
  /** By default a session of ROLE. */
  readonly principal?: GoldenPrincipal
  /** Statements of one policy each; `Version` is 2012-10-17 unless a policy says otherwise. */
  readonly identity?: readonly GoldenPolicy[]
  readonly boundary?: GoldenPolicy
  readonly sessions?: readonly (readonly GoldenPolicy[])[]
  readonly repository?: GoldenPolicy
  readonly registry?: GoldenPolicy
  readonly trust?: GoldenPolicy
  /** By default ecr:BatchGetImage. */
  readonly action?: string
  /** By default REPOSITORY, which is in OWN. */
  readonly resource?: string
  readonly resourceAccountId?: string
  readonly context?: Readonly<Record<string, string | readonly string[]>>
  readonly expected: Decision['outcome']
  readonly by: Decision['by']
}

export type GoldenPolicy =
  | readonly object[]
  | { readonly Version?: string; readonly Statement: object | readonly object[] }

export const OWN = '111122223333'
export const OTHER = '444455556666'
export const REPOSITORY = `arn:aws:ecr:eu-central-1:${OWN}:repository/team-a/api`
export const ROLE = 'AROAROLEROLEROLEROLE'
export const SESSION = `${ROLE}:ci`
export const USER = 'AIDAUSERUSERUSERUSER'
export const PROVIDER = `arn:aws:iam::${OWN}:oidc-provider/token.actions.githubusercontent.com`

/** `${key}`, which linters take for a mistake. */
export function variable(inside: string): string {
  return `\${${inside}}`
}

export const user: GoldenPrincipal = { kind: 'user', directIds: [USER] }
export const stranger: GoldenPrincipal = { kind: 'role-session', accountId: OTHER, directIds: [SESSION], roleId: ROLE }
export const root: GoldenPrincipal = { kind: 'root', directIds: [] }
export const anonymous: GoldenPrincipal = { kind: 'anonymous' }
export const federated: GoldenPrincipal = { kind: 'federated', directIds: [PROVIDER] }

export const PULL = 'ecr:BatchGetImage'
export const allow = { Effect: 'Allow', Action: PULL, Resource: '*' }
export const deny = { Effect: 'Deny', Action: PULL, Resource: '*' }
export const allowPush = { Effect: 'Allow', Action: 'ecr:PutImage', Resource: '*' }

/** Statements of resource policies. */
export function grant(principal: unknown, more: object = {}): object {
  return { Effect: 'Allow', Principal: principal, Action: PULL, ...more }
}

export function refuse(principal: unknown, more: object = {}): object {
  return { Effect: 'Deny', Principal: principal, Action: PULL, ...more }
}

/** An Allow of an identity policy with one condition. */
export function allowIf(operator: string, key: string, value: unknown): object {
  return { ...allow, Condition: { [operator]: { [key]: value } } }
}

export function denyIf(operator: string, key: string, value: unknown): object {
  return { ...deny, Condition: { [operator]: { [key]: value } } }
}
