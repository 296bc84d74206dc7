/** How an engine spells column types and table options. */
export interface ColumnTypes {
  /** A key made by the database, never used twice. */
  readonly id: string
  /** A key made by the database, that nobody keeps. */
  readonly rowId: string
  /** 64 bits. */
  readonly integer: string
  /** Text that is compared and ordered by its bytes. */
  readonly text: string
  readonly bytes: string
  /** After the columns of a table that is hardly more than its primary key. */
  readonly keyed: string
  /** After an ascending index column whose nulls come first. */
  readonly nullsFirst: string
}

export interface Migration {
  readonly version: number
  statements(types: ColumnTypes, engine: 'sqlite' | 'postgres'): readonly string[]
}
