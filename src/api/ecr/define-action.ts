import type { Fields } from '../../core/ecr/fields.ts'
import type { RefusalReason } from '../../core/refusal.ts'
import type { RepositoryName } from '../../core/repository-name.ts'
import type { Registry } from '../../ports/metadata/registries.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { type Action, authorize, repositoryArn } from '../../services/authorize.ts'
import type { Caller, Services } from '../../services/context.ts'
import { getRepository } from '../../services/get-repository.ts'
import type { EcrOperation, InputName, Output } from './operations.ts'
import { parseRepositoryField } from './parameters.ts'

/** What every handler works with, beside its input. */
export interface EcrCall {
  readonly services: Services
  readonly caller: Caller
  /** Scheme and host by which the client reached us, without a slash at the end. */
  readonly externalUrl: string
}

/** A row of the table: how one operation is decided and answered. */
export interface EcrAction<Operation extends EcrOperation> {
  /** Parses the input, authorizes, and only then looks anything up. */
  readonly run: (call: EcrCall, fields: Fields<InputName<Operation>>) => Promise<Output<Operation>>
  readonly bodyLimitBytes: number
  /** Where this operation's error type differs from the common one. */
  readonly errorTypes: Partial<Record<RefusalReason, string>>
}

interface Common {
  /** The IAM action; `ecr:<Operation>` unless the model names another. */
  readonly action?: Action
  readonly bodyLimitBytes?: number
  readonly errorTypes?: Partial<Record<RefusalReason, string>>
}

interface ActionDefinition<Operation extends EcrOperation, Input> extends Common {
  readonly parse: (fields: Fields<InputName<Operation>>, registry: Registry) => Input
  /** ARNs that the caller must be allowed to act on, all of them; or `*`. */
  readonly resources: (registry: Registry, input: Input) => readonly string[]
  readonly handle: (call: EcrCall, input: Input) => Promise<Output<Operation>>
}

interface RepositoryActionDefinition<Operation extends EcrOperation, Input> extends Common {
  readonly parse: (fields: Fields<InputName<Operation>>) => Input
  readonly handle: (call: EcrCall, repository: Repository, input: Input) => Promise<Output<Operation>>
}

/** Enough for every input but a manifest or a part of a layer. */
export const BODY_LIMIT_BYTES = 5 * 1024 * 1024

export function defineAction<Operation extends EcrOperation, Input>(
  operation: Operation,
  definition: ActionDefinition<Operation, Input>,
): EcrAction<Operation> {
  const action: Action = definition.action ?? `ecr:${operation}`
  return {
    bodyLimitBytes: definition.bodyLimitBytes ?? BODY_LIMIT_BYTES,
    errorTypes: definition.errorTypes ?? {},
    run: async (call, fields) => {
      const { registry } = call.caller
      const input = definition.parse(fields, registry)
      for (const resource of definition.resources(registry, input)) authorize(call.caller, action, resource)
      return await definition.handle(call, input)
    },
  }
}

/** An action on the one repository that `repositoryName` names, which must exist. */
export function defineRepositoryAction<Operation extends EcrOperation & OperationWith<'repositoryName'>, Input>(
  operation: Operation,
  definition: RepositoryActionDefinition<Operation, Input>,
): EcrAction<Operation> {
  const { parse, handle, ...common } = definition
  return defineAction<Operation, { name: RepositoryName; input: Input }>(operation, {
    ...common,
    // Every operation that this accepts has the member.
    parse: (fields) => ({
      name: parseRepositoryField(fields as unknown as Fields<'repositoryName'>),
      input: parse(fields),
    }),
    resources: (registry, { name }) => [repositoryArn(registry, name)],
    handle: async (call, { name, input }) =>
      await handle(call, await getRepository(call.services, call.caller, name), input),
  })
}

/** The operations whose input has the member. */
type OperationWith<Member extends string> = {
  [Operation in EcrOperation]: Member extends InputName<Operation> ? Operation : never
}[EcrOperation]
