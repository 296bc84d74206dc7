/**
 * Small documents from addresses that somebody else has chosen. Whoever implements it sees to it that nothing of our own
 * networks is reached by it.
 */
export interface PublicDocuments {
  /**
   * Gets one document over HTTPS: no redirects, no credentials, bounded in time and size.
   *
   * @param url absolute; one that is not allowed is refused
   * @returns the bytes of a 200
   * @throws {Refusal} `identity-provider-unreachable`; the sentence tells neither addresses nor whether anything is at
   *   them, the cause does
   */
  get(url: string): Promise<Uint8Array>
}
