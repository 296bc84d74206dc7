import { Refusal } from '../refusal.ts'

/**
 * A refusal in the grammar that all of ECR's parameter errors have (ecr.md 1.0).
 *
 * @param member the parameter as the API names it, such as `repositoryName` or `imageIds[3].imageTag`
 * @param constraint what it must satisfy, such as `Member must not be null`
 */
export function invalidParameter(member: string, constraint: string): Refusal {
  return new Refusal(
    'parameter-invalid',
    `Invalid parameter at '${member}' failed to satisfy constraint: '${constraint}'`,
  )
}
