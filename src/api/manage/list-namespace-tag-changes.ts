import * as z from 'zod'
import { Refusal } from '../../core/refusal.ts'
import { isRepositoryName } from '../../core/repository-name.ts'
import { isTag } from '../../core/tag.ts'
import { type ChangesKey, namespaceTagChanges } from '../../services/tags/tag-changes.ts'
import { defineOperation } from './define-operation.ts'
import { namespaceArn, namespaceField } from './fields.ts'
import { spanQuery, tagChangesView, toSpan, viewChanges } from './tag-changes-view.ts'

/** `GET /api/v1/namespaces/{path}/changes` */
export const listNamespaceTagChanges = defineOperation('ListNamespaceTagChanges', {
  method: 'get',
  path: '/namespaces/{path}/changes',
  summary: 'Lists the same for all repositories under a namespace that are there now.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ path: namespaceField }),
  query: spanQuery,
  output: tagChangesView,
  resource: (registry, { parameters }) => namespaceArn(registry, parameters.path),
  handle: async ({ services, caller }, { parameters: { path }, query: { after, limit, ...span } }) => {
    const namespace = { registryId: caller.registry.id, path }
    const page = { after: after === undefined ? undefined : parseKey(after, path), limit }
    const { changes, next } = await namespaceTagChanges(services.metadata, namespace, toSpan(span), page)
    return {
      changes: await viewChanges(services, changes),
      ...(next !== undefined && { next: `${next.repositoryName}:${next.tag ?? ''}` }),
    }
  },
})

/** A repository elsewhere is nothing that the caller was asked about. */
function parseKey(text: string, path: string): ChangesKey {
  const [repositoryName = '', tag = ''] = text.split(':', 2)
  if (isRepositoryName(repositoryName) && repositoryName.startsWith(path)) {
    if (tag === '') return { repositoryName, tag: undefined }
    if (isTag(tag)) return { repositoryName, tag }
  }
  throw new Refusal('page-invalid', 'after must be what next of the page before said.')
}
