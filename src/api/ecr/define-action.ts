import type { Fields } from '../../core/ecr/fields.ts'
import { repositoryArn } from '../../core/ecr/repository-arn.ts'
import type { PolicyFinding } from '../../core/policy/analyse-policy.ts'
import type { RefusalReason } from '../../core/refusal.ts'
import type { RepositoryName } from '../../core/repository-name.ts'
import type { Registry } from '../../ports/metadata/registries.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { type Access, type AccessKeys, type Action, authorize } from '../../services/authorize.ts'
import type { Caller, Services } from '../../services/context.ts'
import { repositoryUnknown } from '../../services/get-repository.ts'
import type { EcrOperation, InputName, Output } from './operations.ts'
import { parseRegistryId, parseRepositoryField } from './parameters.ts'
import { parseRepositoryArn } from './parse-repository-arn.ts'

/** What every handler works with, beside its input. */
export interface EcrCall {
  readonly services: Services
  readonly caller: Caller
  /** Scheme and host by which the client reached us, without a slash at the end. */
  readonly externalUrl: string
  /** What is to be said about a policy although it was taken. */
  readonly notePolicyFindings: (findings: readonly PolicyFinding[]) => void
  /** By which what was done can be undone. */
  readonly notePlan: (planId: string) => void
}

/** A row of the table: how one operation is decided and answered. */
export interface EcrAction<Operation extends EcrOperation> {
  /** The account whose registry the input names; undefined for the caller's own. */
  readonly accountOf: (fields: Fields) => string | undefined
  /** Parses the input, looks up the repositories that it is about, authorizes, and only then does anything. */
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

/** What is acted on: an ARN or `*`, or a repository by its name. */
type Resource = string | { readonly name: RepositoryName }

interface ActionDefinition<Operation extends EcrOperation, Input> extends Common {
  readonly accountOf?: EcrAction<Operation>['accountOf']
  readonly parse: (fields: Fields<InputName<Operation>>, registry: Registry) => Input
  /** What the caller must be allowed to act on, all of it. */
  readonly resources: (registry: Registry, input: Input) => readonly Resource[]
  /** Other actions that the caller needs on the same resources. */
  readonly alsoNeeds?: readonly Action[]
  /** What conditions may ask about: one by one, as about several images, and all must be allowed. */
  readonly keys?: (input: Input) => readonly AccessKeys[]
  /** @param found for each resource, in their order, the repository that it names, if there is one */
  readonly handle: (
    call: EcrCall,
    input: Input,
    found: readonly (Repository | undefined)[],
  ) => Promise<Output<Operation>>
}

interface RepositoryActionDefinition<Operation extends EcrOperation, Input> extends Common {
  readonly parse: (fields: Fields<InputName<Operation>>) => Input
  /** As `ActionDefinition` has it. */
  readonly keys?: (input: Input) => readonly AccessKeys[]
  readonly handle: (call: EcrCall, repository: Repository, input: Input) => Promise<Output<Operation>>
}

/** Enough for every input but a manifest or a part of a layer. */
export const BODY_LIMIT_BYTES = 5 * 1024 * 1024

export function defineAction<Operation extends EcrOperation, Input>(
  operation: Operation,
  definition: ActionDefinition<Operation, Input>,
): EcrAction<Operation> {
  const actions: readonly Action[] = [definition.action ?? `ecr:${operation}`, ...(definition.alsoNeeds ?? [])]
  return {
    accountOf: definition.accountOf ?? parseRegistryId,
    bodyLimitBytes: definition.bodyLimitBytes ?? BODY_LIMIT_BYTES,
    errorTypes: definition.errorTypes ?? {},
    run: async (call, fields) => {
      const { registry } = call.caller
      const input = definition.parse(fields, registry)
      const found: (Repository | undefined)[] = []
      const given = definition.keys?.(input) ?? []
      // Also what is about no image at all is asked for.
      const keys = given.length === 0 ? NO_KEYS : given
      const asked = actions.flatMap((action) => keys.map((each) => ({ action, keys: each })))
      for (const resource of definition.resources(registry, input)) found.push(await enter(call, asked, resource))
      return await definition.handle(call, input, found)
    },
  }
}

const NO_KEYS: readonly AccessKeys[] = [{}]

/** Authorizes one resource. The only look-up of a repository by its name: what it finds is decided and worked with. */
async function enter(
  call: EcrCall,
  asked: readonly Pick<Access, 'action' | 'keys'>[],
  target: Resource,
): Promise<Repository | undefined> {
  const { services, caller } = call
  const name = typeof target === 'string' ? undefined : target.name
  const repository = name === undefined ? undefined : await services.metadata.findRepository(caller.registry.id, name)
  const resource = typeof target === 'string' ? target : repositoryArn(caller.registry, target.name)
  for (const each of asked) await authorize(services, caller, { ...each, resource, repository })
  return repository
}

/** An action on the one repository that `repositoryName` names, which must exist. */
export function defineRepositoryAction<Operation extends EcrOperation & OperationWith<'repositoryName'>, Input>(
  operation: Operation,
  definition: RepositoryActionDefinition<Operation, Input>,
): EcrAction<Operation> {
  return defineNamedAction(operation, definition, { nameOf: parseRepositoryField, accountOf: parseRegistryId })
}

/** An action on the one repository that `resourceArn` names, which must exist; the ARN also says whose it is. */
export function defineResourceAction<Operation extends EcrOperation & OperationWith<'resourceArn'>, Input>(
  operation: Operation,
  definition: RepositoryActionDefinition<Operation, Input>,
): EcrAction<Operation> {
  return defineNamedAction(operation, definition, {
    nameOf: (fields, registry) => parseRepositoryArn(fields, registry.region).name,
    accountOf: (fields) => parseRepositoryArn(fields).accountId,
  })
}

function defineNamedAction<Operation extends EcrOperation, Input>(
  operation: Operation,
  definition: RepositoryActionDefinition<Operation, Input>,
  target: {
    readonly nameOf: (fields: Fields, registry: Registry) => RepositoryName
    readonly accountOf: EcrAction<Operation>['accountOf']
  },
): EcrAction<Operation> {
  const { parse, handle, keys, ...common } = definition
  return defineAction<Operation, { name: RepositoryName; input: Input }>(operation, {
    ...common,
    accountOf: target.accountOf,
    parse: (fields, registry) => ({ name: target.nameOf(fields, registry), input: parse(fields) }),
    resources: (_registry, { name }) => [{ name }],
    ...(keys !== undefined && { keys: ({ input }) => keys(input) }),
    handle: async (call, { name, input }, [repository]) => {
      if (repository === undefined) throw repositoryUnknown(name, call.caller.registry.accountId)
      return await handle(call, repository, input)
    },
  })
}

/** The operations whose input has the member. */
type OperationWith<Member extends string> = {
  [Operation in EcrOperation]: Member extends InputName<Operation> ? Operation : never
}[EcrOperation]
