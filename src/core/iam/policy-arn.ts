import { Refusal } from '../refusal.ts'

/** What an ARN of a managed policy says. */
export interface PolicyArn {
  /** 12 digits, or `aws`. */
  readonly accountId: string
  /** `/`, or `/…/`. */
  readonly path: string
  readonly name: string
}

const POLICY_ARN = /^arn:aws:iam::(aws|[0-9]{12}):policy(\/(?:[!-.0-~]+\/){0,255})([\w+=,.@-]{1,128})$/

export function isPolicyArn(text: string): boolean {
  return POLICY_ARN.test(text)
}

/** @param path `/`, or `/…/` */
export function policyArn(accountId: string, path: string, name: string): string {
  return `arn:aws:iam::${accountId}:policy${path}${name}`
}

/** @throws {Refusal} `parameter-invalid` for what is no ARN of a managed policy, whether or not there is such a policy */
export function parsePolicyArn(arn: string): PolicyArn {
  const [, accountId, path, name] = POLICY_ARN.exec(arn) ?? []
  if (accountId === undefined || path === undefined || name === undefined) {
    throw new Refusal('parameter-invalid', `ARN ${arn} is not valid.`)
  }
  return { accountId, path, name }
}

/** The last part of an ARN that was parsed when it was saved. */
export function nameOfPolicyArn(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1)
}
