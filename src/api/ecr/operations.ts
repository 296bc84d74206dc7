import type * as sdk from '@aws-sdk/client-ecr'
import type { OperationsOf } from '../sdk-model.ts'

/** ECR's operations as Amazon's own model has them: a name that it adds appears here with the next SDK. */
type Operations = OperationsOf<typeof sdk>
export type EcrOperation = keyof Operations

/** The members of an operation's input. */
export type InputName<Operation extends EcrOperation> = keyof Operations[Operation]['input'] & string

/** A value as AWS JSON 1.1 writes it: times are Unix seconds, bytes are base64. */
type Wire<Value> = Value extends Date
  ? number
  : Value extends Uint8Array
    ? string
    : Value extends readonly (infer Item)[]
      ? readonly Wire<Item>[]
      : Value extends object
        ? { readonly [Name in keyof Value]: Wire<Value[Name]> }
        : Value

/** What an operation answers. Members that are undefined are not written. */
export type Output<Operation extends EcrOperation> = Wire<Omit<Operations[Operation]['output'], '$metadata'>>
