import type { Command } from 'commander'

/** What says that a registry is meant that is not ours. */
export interface EcrOptions {
  readonly ecr?: true
  readonly ecrEndpoint?: string
  readonly registryId?: string
  /** Whether manifests are read; undefined: where they are needed, and nothing is counted by pulls. */
  readonly manifests?: boolean
}

export function withEcrOptions(command: Command, { readsManifests } = { readsManifests: true }): Command {
  command
    .option('--ecr', 'ask an Amazon ECR, and change nothing there; keys and region come from AWS’s usual chain')
    .option('--ecr-endpoint <url>', 'where it is, when not at Amazon (AWS_ENDPOINT_URL_ECR, AWS_ENDPOINT_URL)')
    .option('--registry-id <account>', 'of the registry, when it is another account’s')
  if (!readsManifests) return command
  return command
    .option('--manifests', 'read manifests there also where a policy counts by pulls, as reading is one (docs/cli.md)')
    .option('--no-manifests', 'read none')
}

export function meansEcr({ ecr, ecrEndpoint }: EcrOptions): boolean {
  return ecr === true || ecrEndpoint !== undefined
}
