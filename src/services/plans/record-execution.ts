import { auditEntry } from '../../core/audit/audit-entry.ts'
import { auditRecord } from '../../core/audit/audit-record.ts'
import { type PolicyExecution, policyExecution } from '../../core/audit/policy-execution.ts'
import { repositoryArn } from '../../core/ecr/repository-arn.ts'
import { parseLifecyclePolicy } from '../../core/lifecycle/parse-lifecycle-policy.ts'
import type { Plan, PlanItem } from '../../ports/metadata/plans.ts'
import { getRegistry } from '../get-registry.ts'
import type { PlanWork } from './plan-work.ts'

/**
 * Records what a lifecycle policy did, in the transaction that did it, as CloudTrail's `PolicyExecutionEvent`
 * (ecr.md 2.4). What somebody asked for has the record of the call.
 */
export async function recordExecution(work: PlanWork, plan: Plan, items: readonly PlanItem[]): Promise<void> {
  const { services, transaction, repository, nowMs } = work
  if (plan.policyText === undefined || items.length === 0) return
  const registry = await getRegistry(transaction, repository.registryId)
  const { accountId, region } = registry
  const record = auditRecord({
    eventId: services.ids.uuid(),
    atMs: nowMs,
    requestId: plan.appliedBy?.requestId ?? plan.id,
    caller: { kind: 'service' },
    source: 'ecr.amazonaws.com',
    name: 'PolicyExecutionEvent',
    region,
    accountId,
    readOnly: false,
    sourceAddress: 'lading.internal',
    userAgent: 'lading.internal',
    resources: [{ ARN: repositoryArn(registry, repository.name), accountId, type: 'AWS::ECR::Repository' }],
    detail: { planId: plan.id, ...(plan.appliedBy !== undefined && { confirmedBy: plan.appliedBy.principal }) },
    serviceEvent: policyExecution({
      repositoryName: repository.name,
      planId: plan.id,
      policyVersion: (await transaction.readLifecycle(repository.id))?.revision ?? 0,
      evaluatedAtMs: plan.createdAtMs,
      rules: rulesOf(plan.policyText),
      images: items,
    }),
  })
  await transaction.recordAudit([auditEntry(record)])
}

/** Of our own format the record has the rules' names: they are nothing that CloudTrail has members for. */
function rulesOf(policyText: string): PolicyExecution['rules'] {
  const policy = parseLifecyclePolicy(policyText)
  if (policy.format === 'ecr') return policy.document.rules
  return policy.compiled.rules.map(({ priority, name, description }) => ({
    rulePriority: priority,
    description: description ?? name,
  }))
}
