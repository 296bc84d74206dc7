import { nameIn } from '../../core/apply/declared.ts'
import type { JsonValue } from '../../core/strict-json.ts'
import { listOf, memberOf } from '../members.ts'
import type { ApplyServer } from './apply-server.ts'
import { type Work, wholeParts } from './work.ts'

/** A template is changed member by member, and none can be taken away: for that it is made again. */
export async function putTemplate(server: ApplyServer, work: Work): Promise<undefined> {
  const { found, declared, difference } = work
  const isPruned = difference.changes.some(({ becomes }) => becomes === undefined)
  const parts = new Map(wholeParts(work))
  const mutability = parts.get('tagMutability')
  const input = {
    prefix: declared.name,
    description: parts.get('description'),
    appliedFor: parts.get('appliedFor'),
    ...(mutability !== undefined && mutabilityInput(mutability)),
    resourceTags: [...parts].flatMap(([part, value]) => {
      const key = nameIn('tags', part)
      return key === undefined ? [] : [{ Key: key, Value: value }]
    }),
    ...(parts.has('repositoryPolicy') && { repositoryPolicy: JSON.stringify(parts.get('repositoryPolicy')) }),
    ...(parts.has('lifecyclePolicy') && { lifecyclePolicy: JSON.stringify(parts.get('lifecyclePolicy')) }),
  }
  if (!found.exists || !isPruned) {
    await server.ecr(`${found.exists ? 'Update' : 'Create'}RepositoryCreationTemplate`, input)
    return
  }
  const kept = await unspokenOf(server, declared.name)
  await server.ecr('DeleteRepositoryCreationTemplate', { prefix: declared.name })
  await server.ecr('CreateRepositoryCreationTemplate', { ...kept, ...input })
}

/** What a template has that no file speaks of. */
async function unspokenOf(server: ApplyServer, prefix: string): Promise<object> {
  const shown = await server.ecr('DescribeRepositoryCreationTemplates', { prefixes: [prefix] })
  const [template] = listOf(shown, 'repositoryCreationTemplates')
  return {
    encryptionConfiguration: memberOf(template, 'encryptionConfiguration'),
    customRoleArn: memberOf(template, 'customRoleArn'),
  }
}

function mutabilityInput(value: JsonValue): object {
  const filters = memberOf(value, 'exclusionFilters')
  const given = Array.isArray(filters) ? filters.map((filter) => ({ filterType: 'WILDCARD', filter })) : []
  return {
    imageTagMutability: memberOf(value, 'mode'),
    ...(given.length > 0 && { imageTagMutabilityExclusionFilters: given }),
  }
}
