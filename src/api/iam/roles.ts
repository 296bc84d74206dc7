import { requestTagKeys } from '../../core/policy/request-tag-keys.ts'
import { roleArn } from '../../core/principal.ts'
import type { Role } from '../../ports/metadata/identity.ts'
import { getIdentity } from '../../services/iam/get-identity.ts'
import { showPolicyText } from '../../services/iam/policy-text.ts'
import {
  createRole as create,
  deleteRole as remove,
  updateRole as update,
  updateTrustPolicy,
} from '../../services/iam/roles.ts'
import { nextTurn } from '../../services/next-turn.ts'
import { defineIamAction, type QueryCall } from '../query/define-action.ts'
import { pageOf, parsePage, parsePath, parsePathPrefix, parseTags } from './parameters.ts'
import { parseBoundaryInput, parseDocument } from './policy-inputs.ts'
import { identityResource } from './resources.ts'
import { parseDescription, parseMaxSession, parseRoleName } from './role-inputs.ts'
import { listedRoleView, roleView } from './role-view.ts'

/** Each is read with all of its policies, and shown with its trust policy. */
const LARGEST_PAGE = 100
const DEFAULT_SESSION_SECONDS = 3600

export const createRole = defineIamAction('CreateRole', {
  changes: true,
  parse: (inputs) => ({
    name: parseRoleName(inputs),
    path: parsePath(inputs, 'Path') ?? '/',
    description: parseDescription(inputs) ?? '',
    trustPolicy: parseDocument(inputs, 'AssumeRolePolicyDocument'),
    maxSessionSeconds: parseMaxSession(inputs) ?? DEFAULT_SESSION_SECONDS,
    boundaryArn: parseBoundaryInput(inputs),
    tags: parseTags(inputs),
  }),
  resource: ({ caller }, { path, name }) => roleArn(caller.principal.accountId, path, name),
  keys: ({ boundaryArn, tags }) => ({ ...boundaryKey(boundaryArn), ...requestTagKeys(tags) }),
  handle: async (call, input) => {
    const { role, findings } = await create(call.services, call.caller, input)
    call.notePolicyFindings(findings)
    return { Role: await shown(call, role) }
  },
})

export const getRole = defineIamAction('GetRole', {
  changes: false,
  parse: parseRoleName,
  resource: (call, name) => identityResource(call, 'role', name),
  handle: async (call, name) => {
    const role = await getIdentity(call.services.metadata, call.caller.principal.accountId, { kind: 'role', name })
    return { Role: await shown(call, role) }
  },
})

export const listRoles = defineIamAction('ListRoles', {
  changes: false,
  parse: (inputs) => ({ pathPrefix: parsePathPrefix(inputs), page: parsePage(inputs, LARGEST_PAGE) }),
  resource: ({ caller }, { pathPrefix }) => roleArn(caller.principal.accountId, pathPrefix, ''),
  handle: async ({ services, caller }, { pathPrefix, page }) => {
    const { accountId } = caller.principal
    const asked = { after: page.after, limit: page.limit + 1, pathPrefix }
    const roles = await services.metadata.listIdentities(accountId, 'role', asked)
    const { items, ...marks } = pageOf(roles, page, (role) => role.name)
    const Roles: ReturnType<typeof listedRoleView>[] = []
    for (const role of items) {
      Roles.push(listedRoleView(accountId, role, await showPolicyText(services.metadata, role.trustPolicy)))
      await nextTurn()
    }
    return { Roles, ...marks }
  },
})

/** What is left out stays as it is: Terraform changes the description by another call, and does not repeat it here. */
export const updateRole = defineIamAction('UpdateRole', {
  changes: true,
  parse: (inputs) => {
    const description = parseDescription(inputs)
    const maxSessionSeconds = parseMaxSession(inputs)
    return {
      name: parseRoleName(inputs),
      ...(description === undefined ? {} : { description }),
      ...(maxSessionSeconds === undefined ? {} : { maxSessionSeconds }),
    }
  },
  resource: (call, { name }) => identityResource(call, 'role', name),
  handle: async ({ services, caller }, input) => {
    await update(services, caller, input)
    return {}
  },
})

export const updateRoleDescription = defineIamAction('UpdateRoleDescription', {
  changes: true,
  parse: (inputs) => ({
    name: parseRoleName(inputs),
    description: inputs.required('Description', parseDescription(inputs)),
  }),
  resource: (call, { name }) => identityResource(call, 'role', name),
  handle: async (call, input) => {
    const role = await update(call.services, call.caller, input)
    return { Role: await shown(call, role) }
  },
})

export const updateAssumeRolePolicy = defineIamAction('UpdateAssumeRolePolicy', {
  changes: true,
  parse: (inputs) => ({ name: parseRoleName(inputs), text: parseDocument(inputs, 'PolicyDocument') }),
  resource: (call, { name }) => identityResource(call, 'role', name),
  handle: async (call, input) => {
    call.notePolicyFindings(await updateTrustPolicy(call.services, call.caller, input))
    return undefined
  },
})

export const deleteRole = defineIamAction('DeleteRole', {
  changes: true,
  parse: parseRoleName,
  resource: (call, name) => identityResource(call, 'role', name),
  handle: async ({ services, caller }, name) => {
    await remove(services, caller, name)
    return undefined
  },
})

/** There are no instance profiles here, and so no role is in one. Terraform asks before it deletes a role. */
export const listInstanceProfilesForRole = defineIamAction('ListInstanceProfilesForRole', {
  changes: false,
  parse: parseRoleName,
  resource: (call, name) => identityResource(call, 'role', name),
  handle: async ({ services, caller }, name) => {
    await getIdentity(services.metadata, caller.principal.accountId, { kind: 'role', name })
    return { InstanceProfiles: [], IsTruncated: false }
  },
})

async function shown({ services, caller }: QueryCall, role: Role) {
  const trustPolicy = await showPolicyText(services.metadata, role.trustPolicy)
  return roleView(caller.principal.accountId, role, trustPolicy)
}

function boundaryKey(boundaryArn: string | undefined) {
  return boundaryArn === undefined ? {} : { 'iam:permissionsboundary': boundaryArn }
}
