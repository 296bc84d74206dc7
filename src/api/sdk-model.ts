/** Input and output of a command class of the SDK. */
type IO<Command> = Command extends new (
  ...input: never[]
) => {
  readonly input: infer Input
  resolveMiddleware(...with_: never[]): (...call: never[]) => Promise<{ output: infer Output }>
}
  ? { readonly input: Input; readonly output: Output }
  : never

/** The operations of one of Amazon's APIs as its own model has them, from the module of its client. */
export type OperationsOf<Module> = {
  readonly [Name in keyof Module as Name extends `${infer Operation}Command`
    ? Operation extends '$'
      ? never
      : Operation
    : never]: IO<Module[Name]>
}
