import { quote } from '../digest.ts'
import { Refusal } from '../refusal.ts'
import { isRepositoryName, type RepositoryName } from '../repository-name.ts'

declare const brand: unique symbol

/** A path prefix of repositories, with its last slash: `team-blue/`. Made only here. */
export type NamespacePath = string & { readonly [brand]: 'NamespacePath' }

/** Where settings are said: what is said farther up is inherited by every repository below. */
export type Scope =
  | { readonly kind: 'installation' }
  | { readonly kind: 'registry' }
  | { readonly kind: 'namespace'; readonly path: NamespacePath }
  | { readonly kind: 'repository'; readonly name: RepositoryName }

/** A scope that others are below. */
export type ParentScope = Exclude<Scope, { readonly kind: 'repository' }>

/** @throws {Refusal} `name-invalid` */
export function parseNamespacePath(text: string): NamespacePath {
  if (isNamespacePath(text)) return text
  throw new Refusal(
    'name-invalid',
    `invalid namespace ${quote(text)}: expected the beginning of repository names up to a slash, such as team-blue/`,
  )
}

/** Whether a repository could be in it. */
function isNamespacePath(text: string): text is NamespacePath {
  return text.endsWith('/') && isRepositoryName(`${text}x`)
}

/** The namespaces that a repository is in, outermost first: `a/` and `a/b/` of `a/b/c`. They need not have settings. */
export function namespacesOf(name: RepositoryName): NamespacePath[] {
  return prefixesOf(name)
}

/** The namespaces that a scope is in, itself left out, outermost first. */
export function namespacesAbove(scope: Scope): NamespacePath[] {
  if (scope.kind === 'repository') return prefixesOf(scope.name)
  return scope.kind === 'namespace' ? prefixesOf(scope.path.slice(0, -1)) : []
}

/** The same of the end of an ARN, in which a star may stand for names. */
export function prefixesOf(path: string): NamespacePath[] {
  const prefixes: NamespacePath[] = []
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    // What a checked name has before one of its slashes.
    prefixes.push(path.slice(0, slash + 1) as NamespacePath)
  }
  return prefixes
}

/** For sentences. */
export function describeScope(scope: Scope): string {
  switch (scope.kind) {
    case 'installation':
      return 'the installation'
    case 'registry':
      return 'the registry'
    case 'namespace':
      return `namespace '${scope.path}'`
    case 'repository':
      return `repository '${scope.name}'`
  }
}
