/** What a context key's values are. */
export type ConditionKeyType =
  | 'String'
  | 'Numeric'
  | 'Bool'
  | 'Date'
  | 'ARN'
  | 'IPAddress'
  | 'ArrayOfString'
  | 'ArrayOfARN'
