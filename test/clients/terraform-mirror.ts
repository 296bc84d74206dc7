import { join } from 'node:path'
import { tool } from './tools.ts'

const PROVIDER = /^(.*)\/registry\.terraform\.io\/hashicorp\/aws\/(\d[^/]*)\//

/** A folder that Terraform takes providers from, and the version of the aws provider in it. */
export interface ProviderMirror {
  readonly folder: string
  readonly version: string
}

/** Terraform's own registry is not asked: the provider is taken from the machine or not at all. */
export function findProviderMirror(): ProviderMirror {
  const path = tool('terraform-provider-aws')
  const [, folder, version] = PROVIDER.exec(path) ?? []
  if (folder === undefined || version === undefined) throw new Error(`${path} is in no provider mirror`)
  return { folder, version }
}

/** Writes Terraform's own settings file, which makes it use the mirror, and returns the environment that names it. */
export async function writeMirrorSettings(directory: string): Promise<Record<string, string>> {
  const { folder } = findProviderMirror()
  const file = join(directory, 'terraform.rc')
  await Bun.write(file, `provider_installation {\n  filesystem_mirror {\n    path = "${folder}"\n  }\n}\n`)
  return { TF_CLI_CONFIG_FILE: file, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' }
}
