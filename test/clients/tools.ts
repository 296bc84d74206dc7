import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Everything the tests install by themselves lives here, so that a machine may keep it from run to run. */
export const CACHE_DIRECTORY = join(homedir(), '.cache/lading-tools')
export const GO_BIN_DIRECTORY = join(CACHE_DIRECTORY, 'go/bin')
export const PYTHON_DIRECTORY = join(CACHE_DIRECTORY, 'python')

// Fixed places come first where the machine may carry another version under the same name: Debian's docker goes with
// Debian's dockerd, and version 1 and 2 of the AWS CLI are both called aws. An absent `fixed` means: search the PATH.
const TOOLS = {
  skopeo: { fixed: ['/usr/bin/skopeo'] },
  podman: { fixed: ['/usr/bin/podman'] },
  buildah: { fixed: ['/usr/bin/buildah'] },
  docker: { fixed: ['/usr/bin/docker'] },
  dockerd: { fixed: ['/usr/sbin/dockerd'] },
  containerd: { fixed: ['/usr/bin/containerd'] },
  ctr: { fixed: ['/usr/bin/ctr'] },
  mmdebstrap: { fixed: ['/usr/bin/mmdebstrap'] },
  conformance: { fixed: [join(GO_BIN_DIRECTORY, 'conformance')] },
  crane: { fixed: [join(GO_BIN_DIRECTORY, 'crane')] },
  oras: { fixed: [join(GO_BIN_DIRECTORY, 'oras')] },
  regctl: { fixed: [join(GO_BIN_DIRECTORY, 'regctl')] },
  helm: { fixed: [join(GO_BIN_DIRECTORY, 'helm')] },
  cosign: { fixed: [join(GO_BIN_DIRECTORY, 'cosign')] },
  'aws-v1': { fixed: [join(PYTHON_DIRECTORY, 'bin/aws')] },
  'aws-v2': { fixed: ['/usr/bin/aws'], onPath: [] },
  boto3: { fixed: [join(PYTHON_DIRECTORY, 'bin/python')] },
  terraform: { fixed: ['/usr/local/bin/terraform'] },
  curl: { fixed: ['/usr/bin/curl'] },
  jq: { fixed: ['/usr/bin/jq'] },
  'terraform-provider-aws': { fixed: findProviders(), onPath: [] },
  openssl: { fixed: ['/usr/bin/openssl'] },
  node: { fixed: [] },
  npm: { fixed: [] },
} as const satisfies Record<string, { fixed: readonly string[]; onPath?: readonly string[] }>

export type ToolName = keyof typeof TOOLS

/** Where the tool is on this machine, or undefined when it is absent. */
export function findTool(name: ToolName): string | undefined {
  const tool: { fixed: readonly string[]; onPath?: readonly string[] } = TOOLS[name]
  const directories = (process.env.PATH ?? '').split(delimiter)
  const onPath = (tool.onPath ?? [name]).flatMap((file) => directories.map((directory) => join(directory, file)))
  return [...tool.fixed, ...onPath].find(isExecutable)
}

/** @throws {Error} when the tool is absent: clients name what they need, so this is a fault of the test */
export function tool(name: ToolName): string {
  const path = findTool(name)
  if (path === undefined) throw new Error(`${name} is not installed (test/clients/install.ts installs it)`)
  return path
}

/** The aws provider in the mirrors and plugin folders that Terraform itself knows, or in one below /opt. */
function findProviders(): readonly string[] {
  const below = existsSync('/opt') ? readdirSync('/opt').map((name) => join('/opt', name)) : []
  const known = ['/usr/local/share/terraform/plugins', '/usr/share/terraform/plugins']
  const folders = [...below, ...known, join(homedir(), '.terraform.d/plugins')]
  const provider = 'registry.terraform.io/hashicorp/aws'
  return folders
    .map((folder) => join(folder, provider))
    .filter((folder) => existsSync(folder))
    .flatMap((cwd) => [...new Bun.Glob('*/*/terraform-provider-aws_*').scanSync({ cwd, absolute: true })])
}

function isExecutable(path: string): boolean {
  if (!existsSync(path)) return false
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
