import { defineAction } from './define-action.ts'

/** `DescribeRegistry`. There is no replication yet, so there are no rules. */
export const describeRegistry = defineAction('DescribeRegistry', {
  parse: () => undefined,
  resources: () => ['*'],
  handle: async ({ caller }) => ({
    registryId: caller.registry.accountId,
    replicationConfiguration: { rules: [] },
  }),
})
