import * as z from 'zod'
import type { CostFigures } from '../../core/costs/cost-scope.ts'
import { timeField } from './fields.ts'

const figures = {
  repositories: z.int(),
  images: z.int(),
  deletedImages: z.int().describe('In their restore window.'),
  logicalBytes: z.int().describe("Each repository's live images' distinct blobs, shared or not."),
  heldBytes: z.int().describe('The distinct blobs that it holds.'),
  aloneBytes: z.int().describe('Of heldBytes, what nobody else holds.'),
  sharedBytes: z.int().describe('Of heldBytes, what others hold too.'),
  attributedBytes: z.int().describe('Its part when each blob is split evenly among the repositories that hold it.'),
  onlyDeleted: z
    .strictObject({ aloneBytes: z.int(), sharedBytes: z.int() })
    .describe('Of the two, what only deleted images hold, until their restore windows end.'),
}

export const costsView = z.strictObject(figures)

/** A part of a larger scope, by its name. */
export const repositoryCostsView = z.strictObject({ repositoryName: z.string(), ...figures })

export const asOfField = timeField.describe('When counting began: what changed since may be in it or not.')

export function viewCosts(costs: CostFigures): z.output<typeof costsView> {
  const { deletedHeldBytes, deletedAloneBytes, ...others } = costs
  return {
    ...others,
    sharedBytes: costs.heldBytes - costs.aloneBytes,
    onlyDeleted: { aloneBytes: deletedAloneBytes, sharedBytes: deletedHeldBytes - deletedAloneBytes },
  }
}
