/** What the executable does beside `serve`; lading.ts knows these without loading what they need. */
export const CLI_COMMANDS = {
  image: 'show what an image is, its tags and where it comes from',
  tags: 'report how the tags of a repository are used',
  costs: 'how many bytes are held, and what a deletion or a plan would free',
  tag: 'what a tag pointed at, and rolling it back',
  changes: 'which tags changed between two instants',
  lifecycle: 'lifecycle policies, and what they would do, at an Amazon ECR too',
  plan: 'plans: list, show, apply and undo them',
  undo: 'bring back what a plan took; the same as plan undo',
  lock: 'keep an image or a tag from everything but a person',
  unlock: 'take a lock off',
  locks: 'what is locked in a repository, by whom and why',
  account: 'make, list, rename, disable and enable accounts, and their root keys',
  'oidc-provider': 'whose identity tokens roles may trust: put, list, show, delete',
  namespace: 'list namespaces',
  settings: 'show, set and lock what repositories inherit, and their own settings',
  repository: 'make, list, show and delete repositories',
  apply: 'bring accounts, namespaces and repositories to what files say',
  sessions: 'end the sessions of a user or a role',
  policy: 'check a policy before it is put anywhere',
  explain: 'say why a request was denied, and whether it would be now',
  audit: 'export the audit trail, and verify an export with the public key alone',
  events: 'what happened in the registry, and what happens now',
  webhook: 'where events are sent, and what could not be delivered',
  login: 'log docker and podman in',
  token: 'print a password for docker login, user AWS',
  'credential-helper': 'what docker and podman ask for passwords; also docker-credential-lading',
  'pull-secrets': 'keep pull secrets fresh in a Kubernetes cluster, until told to stop',
} as const satisfies Record<string, string>

export type CliCommand = keyof typeof CLI_COMMANDS

export function isCliCommand(name: string): name is CliCommand {
  return Object.hasOwn(CLI_COMMANDS, name)
}

/** What they all take, before the command too. */
const OPTIONS: readonly string[] = ['--endpoint', '--profile', '--region', '--json', '--output', '--quiet']

export function isCliOption(argument: string): boolean {
  return OPTIONS.includes(argument.split('=', 1)[0] ?? '')
}
