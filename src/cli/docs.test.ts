import { expect, test } from 'bun:test'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { CLI_COMMANDS } from './command-names.ts'
import type { CliContext } from './context.ts'
import { readEnvironment } from './environment.ts'
import { EXIT } from './exit-codes.ts'
import { makeProgram } from './run.ts'

const CONTEXT: CliContext = {
  environment: readEnvironment({}),
  version: '0',
  print: () => {},
  write: async () => {},
  tell: () => {},
  ask: undefined,
  tellsTerminal: false,
  printsTerminal: false,
}
/** What the page says of in a section of its own. */
const ECR_OPTIONS = ['--ecr', '--ecr-endpoint', '--registry-id', '--manifests', '--no-manifests']

const page = await Bun.file(join(resolve(import.meta.dir, '../..'), 'docs/cli.md')).text()

interface Shape {
  readonly words: string
  readonly arguments: number
  readonly options: readonly string[]
}

/** What can be run: a command without others below it. */
function shapesOf(command: Command, words: readonly string[]): Shape[] {
  if (command.commands.length > 0) return command.commands.flatMap((below) => shapesOf(below, [...words, below.name()]))
  const options = command.options.flatMap(({ long }) => long ?? []).filter((long) => !ECR_OPTIONS.includes(long))
  return [{ words: words.join(' '), arguments: command.registeredArguments.length, options: options.toSorted() }]
}

/** Of a row such as `plan apply PLAN [--yes] [--repository NAME]`. */
function shapeOf(row: string): Shape {
  const words = row.split(' ')
  const optionsAt = words.findIndex((word) => /^\[?--/.test(word))
  const before = optionsAt === -1 ? words : words.slice(0, optionsAt)
  const isArgument = (word: string) => /^\[?[A-Z]+\]?$/.test(word)
  return {
    words: before.filter((word) => !isArgument(word)).join(' '),
    arguments: before.filter(isArgument).length,
    options: [...row.matchAll(/--[a-z-]+/g)].map(([option]) => option).toSorted(),
  }
}

const byWords = (a: Shape, b: Shape) => (a.words < b.words ? -1 : 1)

test('docs/cli.md names exactly the commands that there are, with their arguments and options', async () => {
  const program = await makeProgram(CONTEXT, Object.keys(CLI_COMMANDS))
  const commands = page.split('## Commands')[1]?.split('\n## ')[0] ?? ''
  const rows = [...commands.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] ?? '')
  expect(rows.map(shapeOf).toSorted(byWords)).toEqual(shapesOf(program, []).toSorted(byWords))
})

test('docs/cli.md names the options of all commands, those about an Amazon ECR, and every status', async () => {
  const program = await makeProgram(CONTEXT, [])
  const everywhere = program.options.flatMap(({ long }) => long ?? [])
  const missing = [...everywhere, ...ECR_OPTIONS].filter((option) => !page.includes(`\`${option}`))
  expect(missing).toEqual([])
  const statuses = [...page.matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]))
  expect(statuses).toEqual(Object.values(EXIT))
})

test('a command without a name that was given is not loaded', async () => {
  const program = await makeProgram(CONTEXT, ['plan'])
  const loaded = program.commands.filter((command) => command.commands.length > 0).map((command) => command.name())
  expect(loaded).toEqual(['plan'])
})

/** What a shell makes of a line: words in quotes are one, and what follows `#`, a pipe or an arrow is no argument. */
function wordsOf(line: string): string[] {
  const words = [...line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word)
  const end = words.findIndex((word) => /^(?:#|\||>|&&)/.test(word))
  return end === -1 ? words : words.slice(0, end)
}

/** Why commander would not take it, without running it. */
function problemOf(program: Command, words: readonly string[]): string | undefined {
  let command = program
  let rest = [...words]
  for (let below = named(command, rest[0]); below !== undefined; below = named(command, rest[0])) {
    command = below
    rest = rest.slice(1)
  }
  const { operands, unknown } = command.parseOptions(rest)
  const options = program.parseOptions(unknown)
  if (options.unknown.length > 0) return `no option ${options.unknown[0]}`
  const given = operands.length + options.operands.length
  const taken = command.registeredArguments
  const least = taken.filter(({ required }) => required).length
  const most = taken.some(({ variadic }) => variadic) ? Number.POSITIVE_INFINITY : taken.length
  if (command.commands.length > 0 || given < least || given > most) return `${given} arguments, not ${least} to ${most}`
  const missing = command.options.find(
    (option) => option.mandatory && command.getOptionValue(option.attributeName()) === undefined,
  )
  return missing && `no ${missing.long}`
}

function named(command: Command, name: string | undefined): Command | undefined {
  return command.commands.find((below) => below.name() === name)
}

test('every command that README, docs and examples print is one that there is', async () => {
  const root = resolve(import.meta.dir, '../..')
  const paths = ['README.md', ...new Bun.Glob('{docs,examples,deploy}/**/*.md').scanSync(root)]
  const lines: string[] = []
  for (const path of paths) {
    const text = (await Bun.file(join(root, path)).text()).replaceAll(/\\\n */g, '')
    for (const [, line = ''] of text.matchAll(/^ *lading ((?:[a-z-]+) .*)$/gm)) lines.push(line)
  }
  const problems: string[] = []
  for (const line of lines) {
    // A program keeps the options that it has read, so each line has one of its own.
    const program = await makeProgram(CONTEXT, Object.keys(CLI_COMMANDS))
    const words = wordsOf(line)
    if (named(program, words[0]) === undefined) continue
    const problem = problemOf(program, words)
    if (problem !== undefined) problems.push(`lading ${line}: ${problem}`)
  }
  expect(lines.length).toBeGreaterThan(40)
  expect(problems).toEqual([])
})
