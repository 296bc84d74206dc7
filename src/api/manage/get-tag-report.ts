import * as z from 'zod'
import { parseRepositoryName } from '../../core/repository-name.ts'
import type { Counted } from '../../core/tags/tag-tally.ts'
import { getRepository } from '../../services/get-repository.ts'
import { reportTags, type TagReport } from '../../services/tags/tag-report.ts'
import { defineOperation } from './define-operation.ts'
import { repositoryNameField, tagKindField } from './fields.ts'

const counted = { count: z.int(), examples: z.array(z.string()).describe('The first few.') }
const completeField = z.boolean().describe('False when there are more than were looked at.')

const tagReportView = z.strictObject({
  repositoryName: z.string(),
  tags: z.int(),
  kinds: z.array(
    z.strictObject({
      kind: tagKindField,
      ...counted,
      moved: z.int().describe('How many of them have pointed elsewhere before.'),
    }),
  ),
  mixed: z.array(tagKindField).describe('Kinds that each say which build an image is; empty unless there are several.'),
  moved: z.strictObject(counted),
  neverMoved: z.strictObject(counted),
  caseTwins: z
    .strictObject({ count: z.int(), examples: z.array(z.array(z.string())), isComplete: completeField })
    .describe('Groups of tags that differ in case alone.'),
  withoutBuildLinks: z
    .strictObject({ ...counted, checked: z.int(), isComplete: completeField })
    .describe("Build ids whose manifests' annotations do not say where they come from."),
})

/** `GET /api/v1/repositories/{name}/tag-report` */
export const getTagReport = defineOperation('GetTagReport', {
  method: 'get',
  path: '/repositories/{name}/tag-report',
  summary: 'Says how the tags of a repository are used: which kinds there are, which are mixed, and what moves.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: repositoryNameField }),
  output: tagReportView,
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller }, { parameters: { name } }) => {
    const repository = await getRepository(services, caller, parseRepositoryName(name))
    return viewReport(name, await reportTags(services, repository))
  },
})

/** The same, in lists of the answer's own. */
function viewReport(repositoryName: string, report: TagReport): z.output<typeof tagReportView> {
  return {
    ...report,
    repositoryName,
    kinds: report.kinds.map(viewCounted),
    mixed: [...report.mixed],
    moved: viewCounted(report.moved),
    neverMoved: viewCounted(report.neverMoved),
    caseTwins: { ...report.caseTwins, examples: report.caseTwins.examples.map((group) => [...group]) },
    withoutBuildLinks: viewCounted(report.withoutBuildLinks),
  }
}

function viewCounted<Given extends Counted>(counted: Given): Given & { examples: string[] } {
  return { ...counted, examples: [...counted.examples] }
}
