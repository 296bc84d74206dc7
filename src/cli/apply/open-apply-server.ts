import type { Command } from 'commander'
import { type CliContext, commonOptions, openClient } from '../context.ts'
import { EcrClient, EcrRefusal } from '../ecr-client.ts'
import type { ApplyServer } from './apply-server.ts'

export function openApplyServer(context: CliContext, command: Command): ApplyServer {
  const client = openClient(context, command)
  const ecr = new EcrClient(context, commonOptions(command))
  return {
    manage: async (request) => await client.call(request),
    find: async (path) => await client.find(path),
    ecr: async (operation, input) => await ecr.call(operation, input),
    findEcr: async (operation, input, absence) => {
      try {
        return await ecr.call(operation, input)
      } catch (error) {
        if (error instanceof EcrRefusal && error.type === absence) return undefined
        throw error
      }
    },
  }
}
