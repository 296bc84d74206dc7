const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** Text of somebody else's for a terminal: nothing invisible in it, nothing that moves the cursor or turns the text. */
export function displayable(text: string): string {
  return text.toWellFormed().replace(INVISIBLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

/** JSON that stays JSON, indented, with nothing of this sort in it either. */
export function displayableJson(value: unknown): string {
  const lines = (JSON.stringify(value, null, 2) ?? 'null').split('\n')
  return lines.map((line) => line.replace(INVISIBLE, jsonEscape)).join('\n')
}

/** One escape for each half of a surrogate pair. */
function jsonEscape(character: string): string {
  return [...Array(character.length).keys()]
    .map((place) => `\\u${character.charCodeAt(place).toString(16).padStart(4, '0')}`)
    .join('')
}

/** A table for people: columns as wide as what is in them, divided by two spaces. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  return formatRows(
    rows.map((row) => row.map(displayable)),
    [],
  )
}

/** A table of any length: columns are as wide as the widest cell so far, so that one page need not wait for the next. */
export class PagedTable {
  readonly #headings: readonly string[]
  #widths: readonly number[] = []
  #hasBegun = false

  constructor(headings: readonly string[]) {
    this.#headings = headings
  }

  /** Nothing for no rows: headings come with the first of them. */
  rows(rows: readonly (readonly string[])[]): string {
    if (rows.length === 0) return ''
    const shown = [...(this.#hasBegun ? [] : [this.#headings]), ...rows].map((row) => row.map(displayable))
    this.#hasBegun = true
    this.#widths = widthsOf(shown, this.#widths)
    return formatRows(shown, this.#widths)
  }
}

function widthsOf(rows: readonly (readonly string[])[], least: readonly number[]): number[] {
  return (rows[0] ?? least).map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), least[column] ?? 0),
  )
}

function formatRows(rows: readonly (readonly string[])[], least: readonly number[]): string {
  const widths = widthsOf(rows, least)
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}
