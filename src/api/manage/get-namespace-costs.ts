import * as z from 'zod'
import { costsOfNamespace } from '../../services/costs/scope-costs.ts'
import { asOfField, costsView, repositoryCostsView, viewCosts } from './cost-view.ts'
import { defineOperation } from './define-operation.ts'
import { namespaceArn, namespaceField, toTime } from './fields.ts'

/** `GET /api/v1/namespaces/{path}/costs` */
export const getNamespaceCosts = defineOperation('GetNamespaceCosts', {
  method: 'get',
  path: '/namespaces/{path}/costs',
  summary: 'Says the same of a namespace, and of its repositories that have the largest parts. A minute old at most.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ path: namespaceField }),
  output: z.strictObject({
    namespace: z.string(),
    asOf: asOfField,
    ...costsView.shape,
    largest: z.array(repositoryCostsView),
  }),
  resource: (registry, { parameters }) => namespaceArn(registry, parameters.path),
  handle: async ({ services, caller, signal }, { parameters: { path } }) => {
    const { figures, largest, atMs } = await costsOfNamespace(services, caller.registry, path.slice(0, -1), signal)
    return {
      namespace: path,
      asOf: toTime(atMs),
      ...viewCosts(figures),
      largest: largest.map(({ name, figures }) => ({ repositoryName: name, ...viewCosts(figures) })),
    }
  },
})
