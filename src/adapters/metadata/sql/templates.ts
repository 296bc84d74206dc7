import type {
  CreationTemplate,
  CreationTemplateChanges,
  CreationTemplateReads,
} from '../../../ports/metadata/creation-templates.ts'
import type { SqlConnection } from './connection.ts'
import { type Parts, statement } from './statement.ts'

type Key = { registryId: number; prefix: string }

const findTemplate = statement(({ db, p }: Parts<Key>) =>
  db
    .selectFrom('creation_templates')
    .select('body')
    .where('registry_id', '=', p.registryId)
    .where('prefix', '=', p.prefix),
)

const listTemplates = statement(({ db, p }: Parts<{ registryId: number; after: string; limit: number }>) =>
  db
    .selectFrom('creation_templates')
    .select('body')
    .where('registry_id', '=', p.registryId)
    .where('prefix', '>', p.after)
    .orderBy('prefix')
    .limit(p.limit),
)

const putTemplate = statement(({ db, p }: Parts<Key & { body: string }>) =>
  db
    .insertInto('creation_templates')
    .values({ registry_id: p.registryId, prefix: p.prefix, body: p.body })
    .onConflict((conflict) => conflict.columns(['registry_id', 'prefix']).doUpdateSet({ body: p.body })),
)

const deleteTemplate = statement(({ db, p }: Parts<Key>) =>
  db.deleteFrom('creation_templates').where('registry_id', '=', p.registryId).where('prefix', '=', p.prefix),
)

export function templateReads(connection: SqlConnection): CreationTemplateReads {
  return {
    async findCreationTemplate(registryId, prefix) {
      const row = await connection.first(findTemplate, { registryId, prefix })
      return row && parseTemplate(row.body)
    },
    async listCreationTemplates(registryId, { after, limit }) {
      const rows = await connection.all(listTemplates, { registryId, after: after ?? '', limit })
      return rows.map(({ body }) => parseTemplate(body))
    },
  }
}

export function templateWrites(connection: SqlConnection): CreationTemplateChanges {
  return {
    async putCreationTemplate(registryId, template) {
      await connection.run(putTemplate, { registryId, prefix: template.prefix, body: JSON.stringify(template) })
    },
    async deleteCreationTemplate(registryId, prefix) {
      await connection.run(deleteTemplate, { registryId, prefix })
    },
  }
}

function parseTemplate(body: string): CreationTemplate {
  // Written by putCreationTemplate, so it has its shape.
  return JSON.parse(body) as CreationTemplate
}
