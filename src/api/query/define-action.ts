import type { PolicyFinding } from '../../core/policy/analyse-policy.ts'
import type { RefusalReason } from '../../core/refusal.ts'
import type { Registry } from '../../ports/metadata/registries.ts'
import type { Identify } from '../../services/audit/audited-call.ts'
import { type Action, authorize } from '../../services/authorize.ts'
import type { Caller, Services } from '../../services/context.ts'
import type { RequestOrigin } from '../../services/request-origin.ts'
import type { ErrorShape } from './errors.ts'
import type { Inputs } from './inputs.ts'
import type { InputName, OperationOf, Output, Service, Shape, ShapeOf } from './operations.ts'

/** What the handler of a signed operation works with, beside its input. */
export interface QueryCall {
  readonly services: Services
  /** Its registry is that of the caller's own account, in the region that was asked. */
  readonly caller: Caller
  /** What the answer is to say of a policy that was taken although it is hardly meant as it is written. */
  readonly notePolicyFindings: (findings: readonly PolicyFinding[]) => void
}

/** What the handler of an operation works with that brings another proof than a signature. */
export interface UnsignedCall {
  readonly services: Services
  /** The registry that the host stands for. */
  readonly registry: Registry
  readonly requestId: string
  readonly origin: RequestOrigin
  /** For the audit trail, as soon as it is known who asks. */
  readonly identify: Identify
}

/** What is acted on. */
export type Resource =
  | string
  | {
      readonly arn: string
      /** How a refusal names it, where the ARN says more than the caller did, such as a user's path. */
      readonly named: string
      /** Of what was found. */
      readonly tags?: readonly { readonly key: string; readonly value: string }[]
      /** What else conditions may ask about it. */
      readonly keys?: ConditionKeys
    }

type Resources = Resource | readonly Resource[]

interface Common {
  /** Where this operation's error differs from the API's. */
  readonly errors: Partial<Record<RefusalReason, ErrorShape>>
}

/** A row of a table: how one operation is decided and answered. */
export interface SignedAction<Operation extends string> extends Common {
  readonly operation: Operation
  readonly isUnsigned: false
  /** Whether it may change what is kept: whoever is told to try again would not know that it was done. */
  readonly changes: boolean
  /** Parses the input, authorizes, and only then does anything. */
  readonly run: (call: QueryCall, inputs: Inputs) => Promise<object | undefined>
}

export interface UnsignedAction<Operation extends string> extends Common {
  readonly operation: Operation
  readonly isUnsigned: true
  readonly run: (call: UnsignedCall, inputs: Inputs) => Promise<object | undefined>
}

export type QueryAction<Operation extends string = string> = SignedAction<Operation> | UnsignedAction<Operation>

/** Conditions' keys in lower case, beside what every request has. */
export type ConditionKeys = Record<string, string | readonly string[]>

interface Definition<Model extends Shape, Input> {
  /** The permissions that it takes, all of them; `<service>:<Operation>` when left out. */
  readonly needs?: readonly Action[] | ((input: Input) => readonly Action[])
  readonly changes: boolean
  readonly parse: (inputs: Inputs<InputName<Model>>, call: QueryCall) => Input
  /**
   * `*` when left out; of several, all must be allowed. May look it up: what it finds must not show in what a stranger
   * is told.
   */
  readonly resource?: (call: QueryCall, input: Input) => Resources | Promise<Resources>
  readonly keys?: (input: Input, call: QueryCall) => ConditionKeys
  readonly handle: (call: QueryCall, input: Input) => Promise<Output<Model>>
  readonly errors?: Common['errors']
}

interface UnsignedDefinition<Model extends Shape, Input> {
  readonly parse: (inputs: Inputs<InputName<Model>>) => Input
  readonly handle: (call: UnsignedCall, input: Input) => Promise<Output<Model>>
  readonly errors?: Common['errors']
}

export function defineIamAction<Operation extends OperationOf<'iam'>, Input>(
  operation: Operation,
  definition: Definition<ShapeOf<'iam', Operation>, Input>,
): SignedAction<Operation> {
  return defineAction('iam', operation, definition)
}

export function defineStsAction<Operation extends OperationOf<'sts'>, Input>(
  operation: Operation,
  definition: Definition<ShapeOf<'sts', Operation>, Input>,
): SignedAction<Operation> {
  return defineAction('sts', operation, definition)
}

/** An operation of STS that anybody may call: its handler finds out who that is. */
export function defineUnsignedAction<Operation extends OperationOf<'sts'>, Input>(
  operation: Operation,
  definition: UnsignedDefinition<ShapeOf<'sts', Operation>, Input>,
): UnsignedAction<Operation> {
  const { parse, handle, errors = {} } = definition
  return {
    operation,
    isUnsigned: true,
    errors,
    run: async (call, inputs) => await handle(call, parse(inputs)),
  }
}

function defineAction<Operation extends string, Model extends Shape, Input>(
  service: Service,
  operation: Operation,
  definition: Definition<Model, Input>,
): SignedAction<Operation> {
  const { needs = [`${service}:${operation}` as const], changes, errors = {} } = definition
  return {
    operation,
    isUnsigned: false,
    changes,
    errors,
    run: async (call, inputs) => {
      const input = definition.parse(inputs, call)
      const resources = (await definition.resource?.(call, input)) ?? '*'
      const keys = definition.keys?.(input, call) ?? {}
      for (const action of typeof needs === 'function' ? needs(input) : needs) {
        for (const resource of [resources].flat()) await allow(call, action, { resource, keys })
      }
      return await definition.handle(call, input)
    },
  }
}

const PLAIN = { named: undefined, tags: undefined, keys: undefined }

async function allow(
  { services, caller }: QueryCall,
  action: Action,
  asked: { readonly resource: Resource; readonly keys: ConditionKeys },
): Promise<void> {
  const { resource } = asked
  const { arn, named, tags, keys: own } = typeof resource === 'string' ? { ...PLAIN, arn: resource } : resource
  const keys: ConditionKeys = { ...own, ...asked.keys }
  for (const { key, value } of tags ?? []) {
    keys[`aws:resourcetag/${key.toLowerCase()}`] = value
    keys[`iam:resourcetag/${key.toLowerCase()}`] = value
  }
  await authorize(services, caller, { action, resource: arn, named, repository: undefined, keys })
}
