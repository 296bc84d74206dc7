import type { Registry } from '../../ports/metadata/registries.ts'

/** An account as policies of the default account name it: accounts are the operator's. */
export function accountArn({ region, accountId }: Registry, id: string): string {
  return `arn:aws:lading:${region}:${accountId}:account/${id}`
}
