/** Where a policy comes from, for whoever is told what decided. */
export interface PolicySource {
  readonly kind: 'identity' | 'boundary' | 'session' | 'trust' | 'repository' | 'registry'
  /** ARN, or for instance `inline policy x of role y`. */
  readonly name: string
}
