import { Refusal } from '../../core/refusal.ts'
import { getKeyOwner } from '../../services/iam/key-owner.ts'
import { defineIamAction, type QueryCall } from '../query/define-action.ts'
import { parseName, parsePage } from './parameters.ts'
import { userResource } from './user-resource.ts'

/*
 * What users can have in AWS and cannot here. Terraform's `force_destroy` and the AWS CLI ask for all of it before they
 * delete a user (provider source, internal/service/iam/user.go), so the answer is that there is none.
 */

const NONE = { IsTruncated: false }

/** @throws {Refusal} `entity-unknown` */
async function requireUser({ services, caller }: QueryCall, name: string | undefined): Promise<void> {
  await getKeyOwner(services.metadata, caller, name)
}

/** `ListMFADevices`. */
export const listMfaDevices = defineIamAction('ListMFADevices', {
  changes: false,
  parse: (inputs) => ({ name: parseName(inputs, 'UserName'), page: parsePage(inputs) }),
  resource: (call, { name }) => userResource(call, name),
  handle: async (call, { name }) => {
    await requireUser(call, name)
    return { MFADevices: [], ...NONE }
  },
})

/** `ListVirtualMFADevices`. */
export const listVirtualMfaDevices = defineIamAction('ListVirtualMFADevices', {
  changes: false,
  parse: (inputs) => parsePage(inputs),
  handle: async () => ({ VirtualMFADevices: [], ...NONE }),
})

/** `ListSSHPublicKeys`. */
export const listSshPublicKeys = defineIamAction('ListSSHPublicKeys', {
  changes: false,
  parse: (inputs) => ({ name: parseName(inputs, 'UserName'), page: parsePage(inputs) }),
  resource: (call, { name }) => userResource(call, name),
  handle: async (call, { name }) => {
    await requireUser(call, name)
    return { SSHPublicKeys: [], ...NONE }
  },
})

/** `ListSigningCertificates`. */
export const listSigningCertificates = defineIamAction('ListSigningCertificates', {
  changes: false,
  parse: (inputs) => ({ name: parseName(inputs, 'UserName'), page: parsePage(inputs) }),
  resource: (call, { name }) => userResource(call, name),
  handle: async (call, { name }) => {
    await requireUser(call, name)
    return { Certificates: [], ...NONE }
  },
})

/** `ListServiceSpecificCredentials`. */
export const listServiceSpecificCredentials = defineIamAction('ListServiceSpecificCredentials', {
  changes: false,
  parse: (inputs) => parseName(inputs, 'UserName'),
  resource: userResource,
  handle: async (call, name) => {
    await requireUser(call, name)
    return { ServiceSpecificCredentials: [], ...NONE }
  },
})

/** `GetLoginProfile`: no user has a password. */
export const getLoginProfile = defineIamAction('GetLoginProfile', {
  changes: false,
  parse: (inputs) => parseName(inputs, 'UserName'),
  resource: userResource,
  handle: async (call, name) => {
    await requireUser(call, name)
    throw noProfile(name ?? '')
  },
})

/** `DeleteLoginProfile`: there is none to delete. */
export const deleteLoginProfile = defineIamAction('DeleteLoginProfile', {
  changes: true,
  parse: (inputs) => parseName(inputs, 'UserName'),
  resource: userResource,
  handle: async (call, name) => {
    await requireUser(call, name)
    throw noProfile(name ?? '')
  },
})

function noProfile(name: string): Refusal {
  return new Refusal('entity-unknown', `Login Profile for User ${name} cannot be found.`)
}
