import * as z from 'zod'
import { repositoryArn } from '../../core/ecr/repository-arn.ts'
import type { Registry } from '../../ports/metadata/registries.ts'
import type { AccessKeys, Action } from '../../services/authorize.ts'
import type { Caller, Services } from '../../services/context.ts'
import type { ManageOperation } from './operations.ts'

/** What every handler works with, beside its input. */
export interface ManageCall {
  readonly services: Services
  /** Its registry is the one that the operation is decided in: the installation's, or that of the caller's account. */
  readonly caller: Caller
  /** Who asks, verified anew, for what takes long; undefined when their credential is not good any more. */
  readonly callerNow: () => Promise<Caller | undefined>
  /** The header by which a stream is gone on with. */
  readonly lastEventId: string | undefined
  /** Says that nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

type Shape = z.ZodObject
/** For operations that take nothing there. */
const NOTHING = z.strictObject({})
const ABSENT = z.void()

export type ManageMethod = 'get' | 'put' | 'post' | 'patch' | 'delete'

/** A row of the table: how one operation is found, decided, answered, and described to others. */
export interface ManageRow<Operation extends ManageOperation = ManageOperation> {
  readonly operation: Operation
  readonly action: Action
  readonly method: ManageMethod
  /** Below `/api/v1`, with its parameters in braces, as OpenAPI has it. A name with slashes in it comes encoded. */
  readonly path: string
  readonly summary: string
  /** Accounts are the operator's, and decided in the default account; everything else in the caller's own. */
  readonly decidedIn: 'default account' | "caller's account"
  readonly parameters: Shape
  readonly query: Shape
  readonly body: z.ZodType | undefined
  /** Undefined for an answer without a body. */
  readonly output: z.ZodType | undefined
  readonly status: 200 | 201 | 204
  /** Whether it changes nothing, so that its record may be written after it. */
  readonly isRead: boolean
  /**
   * `lines`: the handler gives texts, and each becomes a line of the answer as soon as it is there; `event-stream`: the
   * same, of chunks of server-sent events.
   */
  readonly answer: 'json' | 'lines' | 'event-stream'
  readonly resource: (registry: Registry, input: Input) => string
  readonly repository: ((input: Input) => string | undefined) | undefined
  readonly keys: ((input: Input) => AccessKeys) | undefined
  readonly handle: (call: ManageCall, input: Input) => Promise<unknown>
}

/** What was sent, as the row's schemas have it. */
export interface Input {
  readonly parameters: unknown
  readonly query: unknown
  readonly body: unknown
}

interface Definition<Parameters extends Shape, Query extends Shape, Body extends z.ZodType, Output extends z.ZodType> {
  readonly action?: Action
  readonly method: ManageMethod
  readonly path: string
  readonly summary: string
  readonly decidedIn: ManageRow['decidedIn']
  readonly parameters?: Parameters
  readonly query?: Query
  readonly body?: Body
  readonly output?: Output
  readonly status?: 200 | 201
  /** Whether it changes nothing; without it, what is no `get` does. */
  readonly isRead?: boolean
  /** Without it, it is the repository. */
  readonly resource?: (registry: Registry, input: TypedInput<Parameters, Query, Body>) => string
  /** The name of the repository that the resource is, or may be: its policy and its resource tags have a say then. */
  readonly repository?: (input: TypedInput<Parameters, Query, Body>) => string | undefined
  /** What conditions may ask about the call. */
  readonly keys?: (input: TypedInput<Parameters, Query, Body>) => AccessKeys
  readonly handle: (call: ManageCall, input: TypedInput<Parameters, Query, Body>) => Promise<z.output<Output>>
}

interface TypedInput<Parameters extends Shape, Query extends Shape, Body extends z.ZodType> {
  readonly parameters: z.output<Parameters>
  readonly query: z.output<Query>
  readonly body: z.output<Body>
}

/** An operation whose answer may be as long as it likes: JSON, one object on each line. */
export function defineLines<Operation extends ManageOperation, Query extends Shape = typeof NOTHING>(
  operation: Operation,
  definition: Omit<Definition<typeof NOTHING, Query, typeof ABSENT, typeof LINES>, 'method' | 'handle'> & {
    /** What is thrown before the first line is answered as any refusal; later, the answer ends in the middle. */
    readonly lines: (call: ManageCall, input: TypedInput<typeof NOTHING, Query, typeof ABSENT>) => AsyncIterator<string>
  },
): ManageRow<Operation> {
  const { lines, ...rest } = definition
  const row = defineOperation(operation, { ...rest, method: 'get', output: LINES, handle: async () => '' })
  // As `defineOperation` has it.
  return { ...row, answer: 'lines', handle: async (call, input) => lines(call, input as Parameters<typeof lines>[1]) }
}

/** An operation that answers by server-sent events, for as long as it likes. */
export function defineStream<Operation extends ManageOperation, Query extends Shape = typeof NOTHING>(
  operation: Operation,
  definition: Omit<Definition<typeof NOTHING, Query, typeof ABSENT, typeof EVENTS>, 'method' | 'handle'> & {
    /** What is thrown before the first chunk is answered as any refusal; later, the answer ends in the middle. */
    readonly chunks: (
      call: ManageCall,
      input: TypedInput<typeof NOTHING, Query, typeof ABSENT>,
    ) => AsyncIterator<string>
  },
): ManageRow<Operation> {
  const { chunks, ...rest } = definition
  const row = defineOperation(operation, { ...rest, method: 'get', output: EVENTS, handle: async () => '' })
  // As `defineOperation` has it.
  const handle = async (call: ManageCall, input: unknown) => chunks(call, input as Parameters<typeof chunks>[1])
  return { ...row, answer: 'event-stream', handle }
}

const EVENTS = z.string().describe('Server-sent events: an `id` and one object of JSON as `data`.')
const LINES = z.string().describe('JSON, one object on each line.')

export function defineOperation<
  Operation extends ManageOperation,
  Parameters extends Shape = typeof NOTHING,
  Query extends Shape = typeof NOTHING,
  Body extends z.ZodType = typeof ABSENT,
  Output extends z.ZodType = typeof ABSENT,
>(operation: Operation, definition: Definition<Parameters, Query, Body, Output>): ManageRow<Operation> {
  const { output } = definition
  const { resource, repository } = aimOf(operation, definition)
  return {
    action: `lading:${operation}`,
    parameters: NOTHING,
    query: NOTHING,
    body: undefined,
    output,
    status: output === undefined ? 204 : 200,
    answer: 'json',
    isRead: definition.method === 'get',
    ...definition,
    operation,
    // `parseInput` makes the input by this row's own schemas, which the table cannot say for all rows at once.
    resource: resource as ManageRow['resource'],
    repository: repository as ManageRow['repository'],
    keys: definition.keys as ManageRow['keys'],
    handle: definition.handle as ManageRow['handle'],
  }
}

function aimOf<Parameters extends Shape, Query extends Shape, Body extends z.ZodType, Output extends z.ZodType>(
  operation: ManageOperation,
  { resource, repository }: Pick<Definition<Parameters, Query, Body, Output>, 'resource' | 'repository'>,
) {
  if (resource !== undefined) return { resource, repository }
  if (repository === undefined) throw new Error(`${operation} says of nothing what it is decided on`)
  const ofRepository = (registry: Registry, input: TypedInput<Parameters, Query, Body>) =>
    repositoryArn(registry, repository(input) ?? '*')
  return { resource: ofRepository, repository }
}
