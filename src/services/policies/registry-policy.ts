import { Refusal } from '../../core/refusal.ts'
import type { Caller, Services } from '../context.ts'
import { showPolicyText } from '../iam/policy-text.ts'
import { refuseIfRestricted } from '../iam/restricted-session.ts'
import type { ShownPolicy } from './repository-policy.ts'
import { refuseLockOut, saveResourcePolicy } from './resource-policy.ts'

/**
 * Puts the registry's policy in the place of the one it has: it counts for every repository, and every action of ECR
 * (REGISTRY_POLICY_SCOPE V2).
 *
 * @throws {Refusal} `parameter-invalid` for a policy that cannot be, or that would lock the caller out
 */
export async function putRegistryPolicy(services: Services, caller: Caller, text: string): Promise<ShownPolicy> {
  // It could give itself what its session policy takes away.
  refuseIfRestricted(caller)
  const { registry } = caller
  const saved = await saveResourcePolicy(services.metadata, registry.accountId, text, 'registry')
  const access = { action: 'ecr:PutRegistryPolicy', resource: '*', repository: undefined } as const
  await refuseLockOut(services, caller, access, { kind: 'registry', text: saved.text })
  await services.metadata.transact((transaction) => transaction.putRegistryPolicy(registry.id, saved.text))
  return { text: await showPolicyText(services.metadata, saved.text), findings: saved.findings }
}

/** @throws {Refusal} `registry-policy-unknown` */
export async function getRegistryPolicy(services: Services, caller: Caller): Promise<string> {
  const policy = await services.metadata.readRegistryPolicy(caller.registry.id)
  if (policy === undefined) throw noPolicy(caller)
  return await showPolicyText(services.metadata, policy.text)
}

/** @returns the policy as it was. @throws {Refusal} `registry-policy-unknown` */
export async function deleteRegistryPolicy(services: Services, caller: Caller): Promise<string> {
  // It could give itself what its session policy takes away.
  refuseIfRestricted(caller)
  const { id } = caller.registry
  const text = await services.metadata.transact(async (transaction) => {
    const current = await transaction.readRegistryPolicy(id)
    if (current === undefined) throw noPolicy(caller)
    await transaction.deleteRegistryPolicy(id)
    return current.text
  })
  return await showPolicyText(services.metadata, text)
}

function noPolicy(caller: Caller): Refusal {
  return new Refusal(
    'registry-policy-unknown',
    `Registry policy does not exist in the registry with id '${caller.registry.accountId}'`,
  )
}
