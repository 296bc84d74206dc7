import { Refusal } from '../refusal.ts'

/** What an ARN of a managed policy says. */
export interface PolicyArn {
  /** 12 digits, or `aws`. */
  readonly accountId: string
  /** `/`, or `/…/`. */
  readonly path: string
  readonly name: string
}

/** @param path `/`, or `/…/` */
export function policyArn(accountId: string, path: string, name: string): string {
  return `arn:aws:iam::${accountId}:policy${path}${name}`
}

/** @throws {Refusal} `parameter-invalid` for what is no ARN of a managed policy, whether or not there is such a policy */
export function parsePolicyArn(arn: string): PolicyArn {
  const match = /^arn:aws:iam::(aws|[0-9]{12}):policy(\/(?:[!-.0-~]+\/){0,255})([\w+=,.@-]{1,128})$/.exec(arn)
  const [, accountId, path, name] = match ?? []
  if (accountId === undefined || path === undefined || name === undefined) {
    throw new Refusal('parameter-invalid', `ARN ${arn} is not valid.`)
  }
  return { accountId, path, name }
}

/** The last part of an ARN that was parsed when it was saved. */
export function nameOfPolicyArn(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1)
}
