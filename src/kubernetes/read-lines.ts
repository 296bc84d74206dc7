/** An object without what others have written into it is far shorter; longer lines are not what was asked for. */
const LONGEST_LINE_CHARACTERS = 1024 * 1024

/** The lines of a body, without their ends and without empty ones. @throws {Error} for a line without an end */
export async function* readLines(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of response.body ?? []) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LONGEST_LINE_CHARACTERS) throw new Error(`a line is longer than ${LONGEST_LINE_CHARACTERS}`)
    yield* lines.filter((line) => line !== '')
  }
  if (rest !== '') yield rest
}
