import type { Command } from 'commander'
import { wrongUsage } from '../cli-problem.ts'
import { type CliContext, openClient } from '../context.ts'
import { type EcrOptions, meansEcr } from '../ecr/ecr-options.ts'
import type { WhatIf } from './what-if.ts'

/** Asks a server of ours, or an Amazon ECR where an option says so. @throws {CliProblem} */
export async function openWhatIf(context: CliContext, command: Command, options: EcrOptions): Promise<WhatIf> {
  if (!meansEcr(options)) {
    const { ServerWhatIf } = await import('./server-what-if.ts')
    return new ServerWhatIf(context, command, openClient(context, command))
  }
  const [{ openReader }, { EcrWhatIf }] = await Promise.all([
    import('../ecr/open-reader.ts'),
    import('../ecr/ecr-what-if.ts'),
  ])
  const reader = await openReader(context, command, options)
  return new EcrWhatIf(context, command, { reader, manifests: options.manifests })
}

/** Every repository of an Amazon ECR, in the order of their names. @throws {CliProblem} */
export async function listEcrRepositories(
  context: CliContext,
  command: Command,
  options: EcrOptions,
): Promise<readonly string[]> {
  if (!meansEcr(options)) throw wrongUsage('--all is for an Amazon ECR: it goes with --ecr.')
  const [{ openReader }, { listRepositories }] = await Promise.all([
    import('../ecr/open-reader.ts'),
    import('../ecr/list-repositories.ts'),
  ])
  return await listRepositories(await openReader(context, command, options))
}
