import type { Plan, PlanItem } from '../../src/ports/metadata/plans.ts'
import type { Repository } from '../../src/ports/metadata/repositories.ts'
import type { Services } from '../../src/services/context.ts'
import {
  type LifecycleOptions,
  type LifecycleReport,
  runLifecycles,
} from '../../src/services/lifecycle/run-lifecycles.ts'
import { callEcr } from '../support/aws-requests.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../support/test-registry.ts'

export const DAY_MS = 24 * 3_600_000
export const NEVER = new AbortController().signal
export const NAME = 'team/app'

/** The policy that this project was founded on. */
export const FOUNDING_POLICY = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 7 },
      action: { type: 'expire' },
    },
    {
      rulePriority: 2,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 10 },
      action: { type: 'expire' },
    },
  ],
})

/** A registry with the repository `team/app`, whose policies are carried out when a test says so. */
export interface LifecycleWorld extends AsyncDisposable {
  readonly registry: TestRegistry
  readonly app: Repository
  ecr(operation: string, input?: object): ReturnType<typeof callEcr>
  /** Lets days go by. */
  wait(days: number): void
  run(options?: Partial<LifecycleOptions>, services?: Services): Promise<LifecycleReport>
  /** What the repository holds: digests by their tags, and the untagged ones. */
  tags(): Promise<string[]>
  latest(kind?: Plan['kind']): Promise<Plan>
  items(plan: Plan): Promise<PlanItem[]>
}

export async function openLifecycleWorld(...options: Parameters<typeof openTestRegistry>): Promise<LifecycleWorld> {
  const registry = await openTestRegistry(...options)
  const app = await createRepository(registry, NAME)
  const { services, clock } = registry
  const { metadata } = services
  return {
    registry,
    app,
    ecr: (operation, input = {}) => callEcr(registry, operation, { repositoryName: NAME, ...input }),
    wait: (days) => clock.advance(days * DAY_MS),
    run: (options = {}, given = services) =>
      runLifecycles(
        given,
        {
          intervalMs: 1,
          jitter: 0,
          brake: { share: 1, floor: 0 },
          failed: (_repository, error) => {
            throw error
          },
          ...options,
        },
        NEVER,
      ),
    tags: async () => [...(await metadata.listTags(app.id, { limit: 1000 }))],
    latest: async (kind = 'lifecycle') => {
      const plan = await metadata.findLatestPlan(app.id, kind)
      if (plan === undefined) throw new Error(`there is no plan of the kind ${kind}`)
      return plan
    },
    items: async (plan) => await metadata.listPlanItems(plan.id, {}, { limit: 1000 }),
    [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
  }
}
