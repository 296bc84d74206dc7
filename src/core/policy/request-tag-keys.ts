/**
 * What conditions may ask about the tags that a request names: `aws:RequestTag/…` and `aws:TagKeys`, by key in lower case.
 *
 * @param tags `value` is undefined for those that the request takes off
 */
export function requestTagKeys(
  tags: readonly { readonly key: string; readonly value?: string }[],
): Record<string, string | readonly string[]> {
  const keys: Record<string, string | readonly string[]> = {}
  if (tags.length > 0) keys['aws:tagkeys'] = tags.map(({ key }) => key)
  for (const { key, value } of tags) if (value !== undefined) keys[`aws:requesttag/${key.toLowerCase()}`] = value
  return keys
}
