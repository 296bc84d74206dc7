import { deleteBoundary, putBoundary } from '../../services/iam/permissions-boundary.ts'
import { defineIamAction, type QueryCall } from '../query/define-action.ts'
import type { Inputs } from '../query/inputs.ts'
import { parseBoundaryInput } from './policy-inputs.ts'
import { identityResource } from './resources.ts'
import { parseTargetName } from './target-inputs.ts'

export const putUserPermissionsBoundary = defineIamAction('PutUserPermissionsBoundary', putting('user'))
export const putRolePermissionsBoundary = defineIamAction('PutRolePermissionsBoundary', putting('role'))
export const deleteUserPermissionsBoundary = defineIamAction('DeleteUserPermissionsBoundary', deleting('user'))
export const deleteRolePermissionsBoundary = defineIamAction('DeleteRolePermissionsBoundary', deleting('role'))

interface Bounding {
  readonly name: string
  readonly policyArn: string
}

function putting(kind: 'user' | 'role') {
  return {
    changes: true,
    parse: (inputs: Inputs): Bounding => ({
      name: parseTargetName(inputs, kind),
      policyArn: inputs.required('PermissionsBoundary', parseBoundaryInput(inputs)),
    }),
    resource: async (call: QueryCall, { name }: Bounding) => await identityResource(call, kind, name),
    keys: ({ policyArn }: Bounding) => ({ 'iam:permissionsboundary': policyArn }),
    handle: async ({ services, caller }: QueryCall, bounding: Bounding) => {
      await putBoundary(services, caller, { kind, ...bounding })
      return undefined
    },
  }
}

function deleting(kind: 'user' | 'role') {
  return {
    changes: true,
    parse: (inputs: Inputs) => parseTargetName(inputs, kind),
    resource: async (call: QueryCall, name: string) => await identityResource(call, kind, name),
    handle: async ({ services, caller }: QueryCall, name: string) => {
      await deleteBoundary(services, caller, { kind, name })
      return undefined
    },
  }
}
