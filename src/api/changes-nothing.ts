const READS = /^(?:BatchCheck|BatchGet|Describe|Get|List)/

/** Whether an operation of AWS's APIs only reads: AWS names them so. */
export function changesNothing(operation: string): boolean {
  return READS.test(operation)
}
