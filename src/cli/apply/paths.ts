import type { ApplyKind } from '../../core/apply/apply-kind.ts'

const FOLDERS: Readonly<Partial<Record<ApplyKind, string>>> = {
  Account: 'accounts',
  OidcProvider: 'oidc-providers',
  Webhook: 'webhooks',
  Repository: 'repositories',
}

/** Where the management API has a thing. */
export function pathOf(kind: ApplyKind, name: string): string {
  return `/${FOLDERS[kind]}/${encodeURIComponent(name)}`
}

/** @param below such as `/quota`: one of a scope's settings */
export function settingsPath(kind: ApplyKind, name: string, below = ''): string {
  if (kind === 'Registry') return `/settings${below}`
  return `/settings${below}?${kind === 'Namespace' ? 'namespace' : 'repository'}=${encodeURIComponent(name)}`
}
