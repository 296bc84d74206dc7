import type { Compilable, Kysely, RawBuilder } from 'kysely'
import type { Schema } from './schema.ts'

export type BoundValue = string | number | null | Uint8Array
export type Values = Readonly<Record<string, BoundValue>>

/** What a statement is made from: the query builder, its parameters by name, and how this engine spells things. */
export interface Parts<V extends Values> {
  readonly db: Kysely<Schema>
  readonly p: V
  readonly dialect: SqlDialect
}

/** The few things that SQLite and PostgreSQL spell differently. */
export interface SqlDialect {
  readonly name: 'sqlite' | 'postgres'
  /** `(select value …)` over a parameter that is a JSON array of texts. */
  textList<Text extends string>(list: string): RawBuilder<{ value: Text }>
  /** `(select …)` over a parameter that is a JSON array of objects, with these columns. */
  rows<Row>(list: string, columns: Readonly<Record<keyof Row & string, 'integer' | 'text'>>): RawBuilder<Row>
  /** The live tags of each row of `manifests`, a table of the surrounding query, as JSON text in byte order. */
  tagsOfManifest(manifests: string): RawBuilder<string>
  /** The same with since when each was set, as JSON pairs in any order. */
  tagTimesOfManifest(manifests: string): RawBuilder<string>
  /** The children of each row of `manifests`, as JSON text in any order. */
  childrenOfManifest(manifests: string): RawBuilder<string>
  /**
   * Whether the sides of a union are walked side by side in its order, only as far as its limit asks. SQLite does, and
   * sorts sides that have an order of their own (1,001 images: 2.1 ms and 3.1 ms); PostgreSQL reads them to their ends
   * unless each has the limit too (200,000 images: 1.7 s and 8 ms).
   */
  readonly mergesUnions: boolean
  /**
   * ` for update` and the like, where the engine locks rows; nothing where one writer runs at a time. `what is free`
   * passes over rows that others have locked.
   */
  lock(mode: 'update' | 'update of what is free' | 'key share'): RawBuilder<unknown>
  /** Zero, once nobody else holds the blob's arrival in the repository (`lockArrivals`). */
  arrivalLock(repositoryId: number, digest: string): RawBuilder<number>
  /** Waits for all who have locked a repository, and keeps others from it until the transaction ends. */
  settingsLock(): RawBuilder<unknown>
}

/** One query, written once for both engines; each engine compiles it when it first runs it, and never again. */
export interface Statement<V extends Values, Row> {
  readonly build: (parts: Parts<V>) => Compilable<Row>
}

export function statement<V extends Values, Row>(build: (parts: Parts<V>) => Compilable<Row>): Statement<V, Row> {
  return { build }
}

/** Stands for a value while a query is built; Kysely carries it through to the list of parameters untouched. */
class Placeholder {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

export interface CompiledStatement {
  readonly sql: string
  /** Puts the values in the order in which the SQL wants them. */
  bind(values: Values): BoundValue[]
}

export function compile<V extends Values, Row>(
  { build }: Statement<V, Row>,
  db: Kysely<Schema>,
  dialect: SqlDialect,
): CompiledStatement {
  // Typed as the values it stands for, so that the query builder checks them against the columns.
  const p = new Proxy({}, { get: (_target, name) => new Placeholder(String(name)) }) as V
  const { sql, parameters } = build({ db, p, dialect }).compile()
  // Constants in our own queries are only texts and numbers.
  const slots = parameters as readonly (Placeholder | BoundValue)[]
  return { sql, bind: (values) => slots.map((slot) => (slot instanceof Placeholder ? boundValue(values, slot) : slot)) }
}

function boundValue(values: Values, slot: Placeholder): BoundValue {
  const value = values[slot.name]
  if (value === undefined) throw new TypeError(`no value for the parameter ${slot.name}`)
  return value
}
