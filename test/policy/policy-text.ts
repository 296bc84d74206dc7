export const statement = { Effect: 'Allow', Action: 'ecr:PutImage', Resource: '*' }
export const grant = { Effect: 'Allow', Principal: '*', Action: 'ecr:PutImage' }

export function policyText(statements: unknown, more: object = {}): string {
  return JSON.stringify({ Version: '2012-10-17', ...more, Statement: statements })
}
