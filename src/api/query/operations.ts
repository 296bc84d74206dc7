import type * as iam from '@aws-sdk/client-iam'
import type * as sts from '@aws-sdk/client-sts'
import type { OperationsOf } from '../sdk-model.ts'

/** The operations of both APIs as Amazon's own models have them. */
interface Models {
  readonly sts: OperationsOf<typeof sts>
  readonly iam: OperationsOf<typeof iam>
}
export type Service = keyof Models
export type OperationOf<Api extends Service> = keyof Models[Api] & string

/** Input and output of an operation; whatever a table may have. */
export interface Shape {
  readonly input: object
  readonly output: object
}
export type ShapeOf<Api extends Service, Operation extends OperationOf<Api>> = Models[Api][Operation] extends Shape
  ? Models[Api][Operation]
  : never

/** The members of an operation's input. */
export type InputName<Model extends Shape> = keyof Model['input'] & string

/** A value as `xmlElements` takes it: what the model has as a map may be one. */
type Wire<Value> = Value extends Date
  ? Date
  : Value extends readonly (infer Item)[]
    ? readonly Wire<Item>[]
    : Value extends object
      ? { readonly [Name in keyof Value]: Wire<Value[Name]> } | ReadonlyMap<string, Wire<Value[keyof Value]>>
      : Value

/**
 * What an operation answers. Members that are undefined are not written. Undefined for one whose model has no result;
 * `{}` for one whose result is empty, such as UpdateRole's, as botocore looks for its element.
 */
export type Output<Model extends Shape> =
  | Wire<Omit<Model['output'], '$metadata'>>
  | (keyof Omit<Model['output'], '$metadata'> extends never ? undefined : never)
