import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'

/** What is wrong with a certificate and its key, as a sentence that names the setting; undefined when they fit. */
export function tlsProblem(tls: { readonly cert: string; readonly key: string }): string | undefined {
  const certificate = attempt(() => new X509Certificate(tls.cert))
  if (certificate === undefined) {
    const isKey = tls.cert.includes('PRIVATE KEY-----')
    return `LADING_TLS_CERT holds ${isKey ? 'a private key; are the two files swapped?' : 'no certificate that can be read.'}`
  }
  const key = attempt(() => createPrivateKey(tls.key))
  if (key === undefined) return `LADING_TLS_KEY holds ${whyNoKey(tls.key)}`
  if (!fits(certificate, key)) return 'LADING_TLS_KEY is not the key of the (first) certificate in LADING_TLS_CERT.'
  return undefined
}

function whyNoKey(text: string): string {
  if (/ENCRYPTED/.test(text)) return 'a key that is encrypted: take the passphrase off (openssl pkey -in … -out …).'
  if (text.includes('BEGIN CERTIFICATE')) return 'a certificate; are the two files swapped?'
  return 'no private key that can be read.'
}

function fits(certificate: X509Certificate, key: KeyObject): boolean {
  return attempt(() => certificate.checkPrivateKey(key)) ?? false
}

function attempt<Result>(action: () => Result): Result | undefined {
  try {
    return action()
  } catch {
    return undefined
  }
}
