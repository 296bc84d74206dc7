import { type Decision, decide } from '../../src/core/policy/decide.ts'
import { naiveDecide } from './naive-decide.ts'
import { randomQuestion, randomWorld, type TwinQuestion } from './random-question.ts'
import { Sfc32 } from './sfc32.ts'

export interface Comparison {
  readonly cases: number
  /** How often each outcome came up: `allowed by identity`. */
  readonly outcomes: ReadonlyMap<string, number>
  /** How often each condition operator held and did not: `StringLike true`. */
  readonly witnessed: ReadonlyMap<string, number>
}

const QUESTIONS_OF_WORLD = 50

/**
 * Asks both evaluators the same random questions.
 *
 * @throws {Error} at the first that they answer differently, with the policies and the question
 */
export function compareEvaluators(seed: number, worlds: number): Comparison {
  const outcomes = new Map<string, number>()
  const witnessed = new Map<string, number>()
  const random = new Sfc32(seed)
  for (let world = 0; world < worlds; world++) {
    const policies = randomWorld(random)
    for (let index = 0; index < QUESTIONS_OF_WORLD; index++) {
      const question = randomQuestion(random, policies)
      const expected = naiveDecide(question.naive, (what) => count(witnessed, what))
      count(outcomes, `${expected.outcome} by ${expected.by}`)
      expectSame(question, expected, `seed ${seed}, world ${world}, question ${index}`)
    }
  }
  return { cases: worlds * QUESTIONS_OF_WORLD, outcomes, witnessed }
}

function count(tally: Map<string, number>, what: string): void {
  tally.set(what, (tally.get(what) ?? 0) + 1)
}

function expectSame(question: TwinQuestion, expected: object, place: string): void {
  const got = simplified(decide(question.compiled))
  if (!Bun.deepEquals(got, expected)) {
    throw new Error(`${place}: ${JSON.stringify({ got, expected, question: question.naive }, null, 1)}`)
  }
}

function simplified({ outcome, by, statement }: Decision): object {
  return { outcome, by, statement: statement && `${statement.source.name}#${statement.index}` }
}
