import type { ToolName } from './tools.ts'
import type { World } from './world.ts'

/** One thing a client is seen to do. `run` throws when it does not hold; steps run in order and may build on another. */
export interface Step {
  readonly name: string
  run(): Promise<void>
}

/** A client program, and what is asked of it. */
export interface Client {
  readonly name: string
  /** When one of these is absent the whole client is skipped, by name. */
  readonly needs: readonly ToolName[]
  steps(world: World): readonly Step[]
  /** Ends whatever the client left running; called also after failures. */
  cleanUp?(): Promise<void>
}

/** Thrown by a step that cannot be run here; it is counted and named as skipped. */
export class StepSkipped extends Error {
  override readonly name = 'StepSkipped'
}

export function step(name: string, body: () => Promise<void>): Step {
  return { name, run: body }
}

/** @throws {Error} with the complaint and both values when they differ as JSON */
export function assertEqual(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (found !== wanted) throw new Error(`${what}: found ${found}, expected ${wanted}`)
}

/** @throws {Error} with the complaint when the condition does not hold */
export function assertThat(condition: boolean, complaint: string): asserts condition {
  if (!condition) throw new Error(complaint)
}

/** @throws {Error} when the text lacks the part */
export function assertIncludes(text: string, part: string, what: string): void {
  if (!text.includes(part)) throw new Error(`${what}: ${JSON.stringify(part)} is missing in:\n${text}`)
}

/** @throws {Error} when the text does not match */
export function assertMatches(text: string, pattern: RegExp, what: string): void {
  if (!pattern.test(text)) throw new Error(`${what}: ${pattern} does not match:\n${text}`)
}
