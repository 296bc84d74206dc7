import type { Command } from 'commander'
import { isSettingName, SETTING_NAMES } from '../../core/settings/settings.ts'
import { CliProblem } from '../cli-problem.ts'
import { type CliContext, openClient, printAnswer, printDone } from '../context.ts'
import { displayable, formatTable } from '../displayable.ts'
import type { ManageClient } from '../manage-client.ts'
import { listOf, memberOf, textOf } from '../members.ts'
import { readValue } from '../setting-value.ts'

const HEADINGS = ['SETTING', 'VALUE', 'LOCKED', 'FROM']
const LONGEST_VALUE = 60

interface ScopeOptions {
  readonly namespace?: string
  readonly repository?: string
  readonly installation?: true
}

export function addSettingsCommands(settings: Command, context: CliContext): void {
  addShow(settings, context)
  addUsage(settings, context)
  addSet(settings, context)
  addUnset(settings, context)
  addLocks(settings, context)
}

/** The registry when none of them is given. */
function withScope(command: Command): Command {
  return command
    .option('--namespace <path>', 'a beginning of names up to a slash, such as team-blue/')
    .option('--repository <name>', 'one repository')
    .option('--installation', 'all registries')
}

function addShow(settings: Command, context: CliContext): void {
  withScope(settings.command('show'))
    .description('what a scope says; of a repository, all that counts for it and where it comes from')
    .option('--own', 'only what the repository itself says')
    .action(async (options: ScopeOptions & { own?: true }, command: Command) => {
      const isEffective = options.repository !== undefined && options.own !== true
      const path = isEffective ? `/effective-settings${queryOf(options)}` : settingsPath(options)
      const answer = await openClient(context, command).call({ method: 'GET', path })
      printAnswer(context, command, answer, () => tableOf(answer))
    })
}

function addUsage(settings: Command, context: CliContext): void {
  withScope(settings.command('usage'))
    .description('what the repositories of a scope hold, and its quota')
    .action(async (options: ScopeOptions, command: Command) => {
      if (options.installation === true) throw new CliProblem('Usage is counted by registry.', { exitCode: 2 })
      const answer = await openClient(context, command).call({ method: 'GET', path: `/usage${queryOf(options)}` })
      printAnswer(context, command, answer, () => {
        const quota = memberOf(answer, 'quota')
        const rows = ['images', 'bytes'].map((unit) => [unit, numberOf(answer, unit), numberOf(quota, unit)])
        return formatTable([['', 'USED', 'QUOTA'], ...rows])
      })
    })
}

function addSet(settings: Command, context: CliContext): void {
  withScope(settings.command('set'))
    .description(`set one of ${SETTING_NAMES.join(', ')}`)
    .argument('<setting>', 'its name')
    .argument('<value>', 'JSON, or @ and a file with it; of a policy, its text')
    .option('--lock', 'what is below cannot weaken it')
    .option('--force', 'also a policy that takes the right to set policies from you')
    .action(
      async (name: string, given: string, options: ScopeOptions & { lock?: true; force?: true }, command: Command) => {
        const value = await readValue(checkedName(name), given)
        const body = {
          settings: { [name]: { value, locked: options.lock === true } },
          force: options.force === true,
        }
        const client = openClient(context, command)
        const answer = await client.call({ method: 'PUT', path: settingsPath(options), body })
        printAnswer(context, command, answer, () => tableOf(answer))
      },
    )
}

function addUnset(settings: Command, context: CliContext): void {
  withScope(settings.command('unset'))
    .description('say nothing of a setting: what is above counts then')
    .argument('<setting>', 'its name')
    .action(async (name: string, options: ScopeOptions, command: Command) => {
      const path = settingsPath(options, `/${checkedName(name)}`)
      const answer = await openClient(context, command).call({ method: 'DELETE', path })
      printDone(context, command, answer, `The setting ${name} is not set here any more.`)
    })
}

function addLocks(settings: Command, context: CliContext): void {
  const add = (verb: string, description: string, locked: boolean): void => {
    withScope(settings.command(verb))
      .description(description)
      .argument('<setting>', 'its name')
      .action(async (name: string, options: ScopeOptions, command: Command) => {
        const client = openClient(context, command)
        const value = await saidValue(client, checkedName(name), options)
        const body = { settings: { [name]: { value, locked } } }
        const answer = await client.call({ method: 'PUT', path: settingsPath(options), body })
        printAnswer(context, command, answer, () => tableOf(answer))
      })
  }
  add('lock', 'keep what is below from weakening a setting that is set here', true)
  add('unlock', 'let what is below say otherwise again', false)
}

async function saidValue(client: ManageClient, name: string, options: ScopeOptions): Promise<unknown> {
  const answer = await client.call({ method: 'GET', path: settingsPath(options) })
  const said = listOf(answer, 'settings').find((setting) => textOf(setting, 'name') === name)
  if (said === undefined) throw new CliProblem(`The setting ${name} is not set here.`)
  return memberOf(said, 'value')
}

function checkedName(name: string): string {
  if (isSettingName(name)) return name
  throw new CliProblem(`There is no setting ${displayable(name)}: expected one of ${SETTING_NAMES.join(', ')}.`, {
    exitCode: 2,
  })
}

/** @throws {CliProblem} for two scopes */
function settingsPath(options: ScopeOptions, below = ''): string {
  const query = queryOf(options)
  return options.installation === true ? `/installation/settings${below}` : `/settings${below}${query}`
}

function queryOf({ namespace, repository, installation }: ScopeOptions): string {
  const given = [namespace, repository, installation].filter((scope) => scope !== undefined)
  if (given.length > 1) throw new CliProblem('Give one of --namespace, --repository, --installation.', { exitCode: 2 })
  if (namespace !== undefined) return `?namespace=${encodeURIComponent(namespace)}`
  return repository === undefined ? '' : `?repository=${encodeURIComponent(repository)}`
}

function tableOf(answer: unknown): string {
  const settings = listOf(answer, 'settings')
  if (settings.length === 0) return 'Nothing is set.\n'
  return formatTable([HEADINGS, ...settings.map(cellsOf)])
}

function cellsOf(setting: unknown): string[] {
  const from = memberOf(setting, 'from')
  const value = memberOf(setting, 'value')
  const text = typeof value === 'string' ? value.replace(/\s+/g, ' ') : JSON.stringify(value)
  return [
    textOf(setting, 'name') ?? '',
    text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text,
    memberOf(setting, 'locked') === true ? 'yes' : 'no',
    [textOf(from, 'kind') ?? '', textOf(from, 'name') ?? ''].join(' ').trim(),
  ]
}

function numberOf(value: unknown, name: string): string {
  const number = memberOf(value, name)
  return typeof number === 'number' ? String(number) : '-'
}
