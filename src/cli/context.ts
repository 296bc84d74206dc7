import type { Command } from 'commander'
import { wrongUsage } from './cli-problem.ts'
import { displayable } from './displayable.ts'
import { parseEndpoint } from './endpoint.ts'
import type { CliEnvironment } from './environment.ts'
import { ManageClient } from './manage-client.ts'
import { Session } from './session.ts'

/** What every command works with. */
export interface CliContext {
  readonly environment: CliEnvironment
  readonly version: string
  /** What was asked for, for a program or for a person. */
  print(text: string): void
  /** The same of any size: resolves when there is room for more. */
  write(bytes: Uint8Array): Promise<void>
  /** What else a person should know. */
  tell(text: string): void
  /** Asks a person; undefined when nobody is there to answer. */
  readonly ask: ((question: string) => Promise<string>) | undefined
  /** Whether what is told can be written over. */
  readonly tellsTerminal: boolean
  /** Whether what is printed is for a person to see at once. */
  readonly printsTerminal: boolean
}

/** The options that every command takes. */
export interface CommonOptions {
  readonly endpoint?: string
  readonly profile?: string
  readonly region?: string
  readonly json?: true
  readonly output?: 'table' | 'json'
  readonly quiet?: true
}

export function commonOptions(command: Command): CommonOptions {
  return command.optsWithGlobals<CommonOptions>()
}

/** @throws {CliProblem} when nothing says which server is meant */
export function openSession({ environment }: CliContext, options: CommonOptions): Session {
  const endpoint = options.endpoint ?? environment.endpoint
  if (endpoint === undefined) {
    throw wrongUsage('No server was named: give --endpoint, or set LADING_ENDPOINT.')
  }
  return new Session(environment, {
    endpoint: parseEndpoint(endpoint),
    profile: options.profile,
    region: options.region,
  })
}

export function openClient(context: CliContext, command: Command): ManageClient {
  return new ManageClient(openSession(context, commonOptions(command)), context.environment.certificates)
}

export function wantsJson(command: Command): boolean {
  const { json, output } = commonOptions(command)
  return json === true || output === 'json'
}

/** Prints an answer as it came for programs, or as people like it. */
export function printAnswer(context: CliContext, command: Command, answer: unknown, forPeople: () => string): void {
  context.print(wantsJson(command) ? `${JSON.stringify(answer ?? null, null, 2)}\n` : forPeople())
}

/** The same where there is nothing to print for people but that it was done. */
export function printDone(context: CliContext, command: Command, answer: unknown, sentence: string): void {
  printAnswer(context, command, answer, () => '')
  tellUnlessQuiet(context, command, wantsJson(command) ? undefined : sentence)
}

export function tellUnlessQuiet(context: CliContext, command: Command, sentence: string | undefined): void {
  if (sentence !== undefined && commonOptions(command).quiet !== true) context.tell(`${displayable(sentence)}\n`)
}
