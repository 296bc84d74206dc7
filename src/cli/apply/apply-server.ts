import type { ManageRequest } from '../manage-client.ts'

/** What `lading apply` asks a server by. */
export interface ApplyServer {
  /** @throws {CliProblem} with the server's sentence */
  manage(request: ManageRequest): Promise<unknown>
  /** @returns undefined when there is no such thing */
  find(path: string): Promise<unknown>
  ecr(operation: string, input: object): Promise<unknown>
  /** The same of what may not be there. @param absence the type of the error that says so */
  findEcr(operation: string, input: object, absence: string): Promise<unknown>
}
