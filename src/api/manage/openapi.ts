import * as z from 'zod'
import type { ManageRow } from './define-operation.ts'
import { MANAGE_PATH } from './router.ts'
import { MANAGE_TABLE } from './table.ts'

type Members = Readonly<Record<string, unknown>>

const ERROR = z.strictObject({
  error: z.strictObject({ code: z.string(), message: z.string(), requestId: z.string() }),
})

/** The table as an OpenAPI 3.1 document (spec.openapis.org/oas/v3.1.1), whose schemas are JSON Schema as zod writes it. */
export function describeApi(version: string): Members {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const row of Object.values(MANAGE_TABLE)) {
    paths[row.path] = { ...paths[row.path], [row.method]: describeRow(row) }
  }
  return {
    openapi: '3.1.1',
    info: { title: "Lading's management API", version },
    servers: [{ url: MANAGE_PATH }],
    security: [{ basic: [] }],
    paths,
    components: {
      securitySchemes: {
        basic: {
          type: 'http',
          scheme: 'basic',
          description: 'An access key id and its secret, or AWS and a token of GetAuthorizationToken.',
        },
      },
      schemas: { Error: schemaOf(ERROR, 'output') },
    },
  }
}

const TYPES: { readonly [Answer in ManageRow['answer']]: string } = {
  json: 'application/json',
  lines: 'application/jsonl',
  'event-stream': 'text/event-stream',
}

function describeRow(row: ManageRow): Members {
  const { body, output, status } = row
  const type = TYPES[row.answer]
  return {
    operationId: row.operation,
    summary: row.summary,
    description: `Needs ${row.action} in the ${row.decidedIn}.`,
    parameters: [...describeParameters(row.parameters, 'path'), ...describeParameters(row.query, 'query')],
    ...(body !== undefined && { requestBody: { required: true, content: json(schemaOf(body, 'input')) } }),
    responses: {
      [status]: {
        description: row.summary,
        ...(output !== undefined && { content: { [type]: { schema: schemaOf(output, 'output') } } }),
      },
      default: { description: 'A refusal.', content: json({ $ref: '#/components/schemas/Error' }) },
    },
  }
}

function describeParameters(schema: z.ZodObject, place: 'path' | 'query'): Members[] {
  return Object.entries(schema.shape).map(([name, given]) => {
    // A shape's members are typed as the core of a schema; all of ours are whole ones.
    const member = given as z.ZodType
    return { name, in: place, required: !member.isOptional(), schema: schemaOf(member, 'input') }
  })
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Members {
  const { $schema: _dialect, ...members } = z.toJSONSchema(schema, { io })
  return members
}

function json(schema: Members): Members {
  return { 'application/json': { schema } }
}
