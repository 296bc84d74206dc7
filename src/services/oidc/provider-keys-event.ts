/** What operators count and log. The error has the cause in it that callers are not told. */
export type ProviderKeysEvent =
  | { readonly kind: 'fetched'; readonly issuer: string; readonly keys: number }
  | { readonly kind: 'failed'; readonly issuer: string; readonly error: unknown }
  | { readonly kind: 'served-stale'; readonly issuer: string; readonly ageMs: number }
