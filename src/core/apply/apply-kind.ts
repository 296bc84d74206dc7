/**
 * What `lading apply` takes, in the order in which it is applied: who there is before what belongs to them, scopes before
 * what is below them, and webhooks before what they tell of.
 */
export const APPLY_KINDS = [
  'Account',
  'OidcProvider',
  'Webhook',
  'Registry',
  'CreationTemplate',
  'Namespace',
  'Repository',
] as const

export type ApplyKind = (typeof APPLY_KINDS)[number]

/** Of the documents that are read here, and of the schema in docs/schemas. */
export const API_VERSION = 'lading/v1'

/** The name of the registry that belongs to whoever asks. */
export const OWN_REGISTRY = 'own'

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'

/** How things of a kind are named, and what to say where they are not. All patterns are linear. */
export const NAMES: Readonly<
  Record<ApplyKind, { readonly pattern: RegExp; readonly longest: number; readonly expected: string }>
> = {
  Account: { pattern: /^[0-9]{12}$/, longest: 12, expected: 'the 12 digits of an account, in quotes' },
  OidcProvider: { pattern: /^[!-~]+$/, longest: 255, expected: '1 to 255 letters, digits or signs' },
  Webhook: {
    pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
    longest: 64,
    expected: '1 to 64 letters, digits or ._-, beginning with a letter or digit',
  },
  Registry: {
    pattern: /^(?:[0-9]{12}|own)$/,
    longest: 12,
    expected: "the 12 digits of the registry's account, in quotes, or own for that of whoever applies it",
  },
  CreationTemplate: {
    pattern: new RegExp(`^(?:ROOT|${COMPONENT}(?:/${COMPONENT})*)$`),
    longest: 253,
    expected: 'ROOT, or a beginning of repository names without a slash at its end, such as team-blue',
  },
  Namespace: {
    pattern: new RegExp(`^(?:${COMPONENT}/)+$`),
    longest: 254,
    expected: 'a beginning of repository names up to a slash, such as team-blue/',
  },
  Repository: {
    pattern: new RegExp(`^(?=.{2})${COMPONENT}(?:/${COMPONENT})*$`),
    longest: 255,
    expected: 'the name of a repository, such as team-blue/api',
  },
}
