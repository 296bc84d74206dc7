import type { Command } from 'commander'
import { wrongUsage } from '../cli-problem.ts'
import { type CliContext, commonOptions } from '../context.ts'
import { findCredentials } from '../credentials.ts'
import { displayable } from '../displayable.ts'
import { parseEndpoint } from '../endpoint.ts'
import { findProfileRegion } from '../profiles.ts'
import type { EcrOptions } from './ecr-options.ts'
import { EcrReader } from './ecr-reader.ts'

/** @throws {CliProblem} when nothing says where it is */
export async function openReader(context: CliContext, command: Command, options: EcrOptions): Promise<EcrReader> {
  const { environment } = context
  const { profile, region: given } = commonOptions(command)
  const named = profile ?? environment.profile ?? 'default'
  const region = given ?? environment.region ?? (await findProfileRegion(environment.sharedFiles, named))
  const endpoint = options.ecrEndpoint ?? environment.ecrEndpoint
  if (region === undefined && endpoint === undefined) {
    throw wrongUsage('No region was named: give --region, or set AWS_REGION, or a region in the profile.')
  }
  return new EcrReader({
    endpoint: endpoint === undefined ? amazonsEndpoint(region ?? '') : parseEndpoint(endpoint),
    // One that is only around may not be that of an endpoint which is Amazon's no more.
    region: endpoint === undefined ? region : given,
    findCredentials: async () => await findCredentials(environment, { endpoint: undefined, profile }),
    certificates: environment.certificates,
    registryId: options.registryId,
  })
}

/** Where regions have another domain than most (AWS's partitions.json). */
const DOMAINS: readonly (readonly [string, string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
  ['us-iso-', 'c2s.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov'],
]

/** ecr.md 1.0. @throws {CliProblem} */
export function amazonsEndpoint(region: string): string {
  if (!/^[a-z]{2,8}(?:-[a-z]{1,16}){1,3}-\d{1,2}$/.test(region)) {
    throw wrongUsage(`The region ${displayable(JSON.stringify(region.slice(0, 100)))} must be like eu-central-1.`)
  }
  const domain = DOMAINS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'amazonaws.com'
  return `https://api.ecr.${region}.${domain}`
}
