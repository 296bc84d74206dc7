import * as z from 'zod'
import { getUsage as get } from '../../services/settings/get-usage.ts'
import { scopeArn } from '../../services/settings/scope-arn.ts'
import { defineOperation } from './define-operation.ts'
import { scopeOf, scopeQuery } from './setting-fields.ts'

/** `GET /api/v1/usage` */
export const getUsage = defineOperation('GetUsage', {
  method: 'get',
  path: '/usage',
  summary: 'Says what the repositories of the registry or a namespace hold, or one repository, and what its quota is.',
  decidedIn: "caller's account",
  query: scopeQuery,
  output: z.strictObject({
    images: z.int().describe('Manifests, as ECR counts them.'),
    bytes: z.int().describe('Of every repository: its manifests and the distinct blobs that they refer to.'),
    quota: z.strictObject({ bytes: z.int().optional(), images: z.int().optional() }).optional(),
  }),
  resource: (registry, { query }) => scopeArn(registry, scopeOf(query)),
  repository: ({ query }) => query.repository,
  handle: async ({ services, caller }, { query }) => {
    const { usage, quota } = await get(services, caller, scopeOf(query))
    return { images: usage.images, bytes: usage.bytes, ...(quota !== undefined && { quota: { ...quota } }) }
  },
})
