/**
 * The bytes of base64url as RFC 7515 section 2 has it: without padding, and in the one spelling that encoding them
 * gives. `Buffer` alone passes over whatever is no base64, and over bits that are left at the end, so that one value had
 * many spellings.
 *
 * @returns undefined for any other text, the empty one too
 */
export function decodeBase64Url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.length > 0 && bytes.toString('base64url') === text ? bytes : undefined
}
