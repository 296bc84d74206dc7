import type { BoundPattern, Pattern } from './compiled-pattern.ts'
import type { Evaluation } from './evaluation.ts'
import { type Chunk, matchesChunks, matchesTexts } from './glob-chunks.ts'
import { type Cost, costOfChunks } from './pattern-cost.ts'
import { mapStarred, type Starred } from './starred.ts'

/**
 * A pattern without variables. Objects of few fields: a policy may have a thousand of these, and what is looked at once
 * in a decision comes from memory each time.
 */
export function fixedPattern(chunks: Starred<Chunk>, cost = costOfChunks(chunks)): Pattern & BoundPattern {
  const { first, inner, last } = chunks
  if (hasAnyOne(first) || inner.some(hasAnyOne) || (last !== undefined && hasAnyOne(last)))
    return new ChunksPattern(chunks, cost)
  const texts = mapStarred(chunks, ([text = '']) => text)
  return texts.last === undefined ? new LiteralPattern(texts.first) : new TextsPattern(texts, cost)
}

function hasAnyOne(chunk: Chunk): boolean {
  return chunk.length > 1
}

const NO_KEYS: readonly string[] = []
/** Getting it from memory, which is what takes long when a decision looks at many. */
const FETCH_STEPS = 100

abstract class FixedPattern implements Pattern, BoundPattern {
  readonly #fixed: number
  readonly #perChar: number

  constructor({ fixed, perChar }: Cost) {
    this.#fixed = fixed
    this.#perChar = perChar
  }

  get literal(): string | undefined {
    return undefined
  }

  get keys(): readonly string[] {
    return NO_KEYS
  }

  get bindSteps(): number {
    return FETCH_STEPS
  }

  matchSteps(chars: number): number {
    return this.#fixed + this.#perChar * chars
  }

  bind(evaluation: Evaluation): BoundPattern {
    evaluation.charge(FETCH_STEPS)
    return this
  }

  matches(text: string, evaluation: Evaluation): boolean {
    evaluation.charge(this.#fixed + this.#perChar * text.length)
    return this.fits(text)
  }

  protected abstract fits(text: string): boolean
}

const LITERAL_COST: Cost = { fixed: 8, perChar: 0 }

class LiteralPattern extends FixedPattern {
  readonly #text: string

  constructor(text: string) {
    super(LITERAL_COST)
    this.#text = text
  }

  override get literal(): string {
    return this.#text
  }

  protected fits(text: string): boolean {
    return text === this.#text
  }
}

/** With `*` alone. */
class TextsPattern extends FixedPattern implements Starred<string> {
  readonly first: string
  readonly inner: readonly string[]
  readonly last: string | undefined

  constructor({ first, inner, last }: Starred<string>, cost: Cost) {
    super(cost)
    this.first = first
    this.inner = inner
    this.last = last
  }

  protected fits(text: string): boolean {
    return matchesTexts(this, text)
  }
}

/** With `?`. */
class ChunksPattern extends FixedPattern {
  readonly #chunks: Starred<Chunk>

  constructor(chunks: Starred<Chunk>, cost: Cost) {
    super(cost)
    this.#chunks = chunks
  }

  protected fits(text: string): boolean {
    return matchesChunks(this.#chunks, text)
  }
}
