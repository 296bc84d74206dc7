import type { ApplyServer } from '../../src/cli/apply/apply-server.ts'
import { CliProblem } from '../../src/cli/cli-problem.ts'
import { callEcr } from '../support/aws-requests.ts'
import { callManage } from '../support/manage-requests.ts'
import type { TestRegistry } from '../support/test-registry.ts'

/** The surfaces of a registry in this process, asked as its root user. */
export function testApplyServer(registry: TestRegistry): ApplyServer {
  const ecr = async (operation: string, input: object, absence?: string) => {
    const { status, json } = await callEcr(registry, operation, input)
    if (status === 200) return json
    if (absence !== undefined && json.__type.endsWith(absence)) return undefined
    throw new CliProblem(json.message)
  }
  const manage: ApplyServer['manage'] = async ({ method, path, body }) => {
    const { status, json } = await callManage(registry, method, path, body === undefined ? {} : { body })
    if (status < 300) return json
    throw new CliProblem(json.error.message)
  }
  return {
    manage,
    find: async (path) => {
      const { status, json } = await callManage(registry, 'GET', path)
      return status === 404 ? undefined : json
    },
    ecr,
    findEcr: ecr,
  }
}
