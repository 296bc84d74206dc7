import { Hono } from 'hono'
import { Refusal } from '../../core/refusal.ts'
import type { ManageRow } from './define-operation.ts'
import { MANAGE_TABLE } from './table.ts'

export const MANAGE_PATH = '/api/v1'

/** What is not an operation: the same for everybody who has a credential. */
export type ManageDocument = (typeof DOCUMENTS)[number]

const DOCUMENTS = ['openapi.json', 'schemas/lifecycle-policy-v1.json'] as const

/** A row, and what the address says for the parameters of its path. */
export interface Routed {
  readonly row: ManageRow | ManageDocument
  readonly parameters: Readonly<Record<string, string>>
}

interface Environment {
  readonly Bindings: { found: Routed | undefined }
}

/** Only ever says which row is meant: what a row does comes after who asks. */
const ROUTES = makeRoutes()

/** @throws {Refusal} `not-found`; `unsupported` for a method that the address does not have */
export async function findRow(request: Request): Promise<Routed> {
  const bindings: Environment['Bindings'] = { found: undefined }
  await ROUTES.fetch(new Request(request.url, { method: request.method }), bindings)
  if (bindings.found === undefined) throw new Refusal('not-found', 'There is no such address in the management API.')
  return bindings.found
}

function makeRoutes(): Hono<Environment> {
  const routes = new Hono<Environment>({ strict: true })
  // Its own answer to an error would be a 500 without a word in our log.
  routes.onError((error) => {
    throw error
  })
  const add = (method: string, path: string, row: Routed['row']) =>
    routes.on(method.toUpperCase(), `${MANAGE_PATH}${path}`, (context) => {
      context.env.found = { row, parameters: context.req.param() }
      return context.body(null)
    })
  const methods = new Map<string, string[]>()
  for (const name of DOCUMENTS) {
    add('get', `/${name}`, name)
    methods.set(`/${name}`, ['GET'])
  }
  for (const row of Object.values(MANAGE_TABLE)) {
    const path = toHonoPath(row.path)
    add(row.method, path, row)
    methods.set(path, [...(methods.get(path) ?? []), row.method.toUpperCase()])
  }
  for (const [path, allowed] of methods) {
    routes.all(`${MANAGE_PATH}${path}`, () => {
      throw new Refusal('unsupported', `The methods here are ${allowed.join(', ')}.`, { allow: allowed.join(', ') })
    })
  }
  return routes
}

/** `/accounts/{accountId}` is `/accounts/:accountId` there. */
function toHonoPath(path: string): string {
  return path.replaceAll('{', ':').replaceAll('}', '')
}
