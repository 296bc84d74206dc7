/** Makes some of the methods of a port, from what a transaction or a store knows. None of them uses `this`. */
export type Part<Context> = (context: Context) => object

type Together<Parts extends readonly Part<never>[]> = ToIntersection<ReturnType<Parts[number]>>
type ToIntersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (all: infer All) => void
  ? All
  : never

/** All methods of all parts; where two have one name, that of the later part. */
export function together<Context, Parts extends readonly Part<Context>[]>(
  parts: Parts,
): (context: Context) => Together<Parts> {
  return (context) => Object.assign({}, ...parts.map((part) => part(context)))
}

/**
 * The same, and a part is made when one of its methods is asked for: a transaction has two hundred of them and calls five.
 * The methods are getters of a prototype, so that a spread of such an object has none of them.
 */
export function lazilyTogether<Context, Parts extends readonly Part<Context>[]>(
  parts: Parts,
): (context: Context) => Together<Parts> {
  let Whole: ReturnType<typeof lazyClass<Context>> | undefined
  return (context) => {
    // Every context gives the same names.
    Whole ??= lazyClass(parts, context)
    return new Whole(context) as Together<Parts>
  }
}

function lazyClass<Context>(parts: readonly Part<Context>[], sample: Context) {
  class Whole {
    readonly #context: Context
    readonly #made: (Record<string, unknown> | undefined)[] = []

    constructor(context: Context) {
      this.#context = context
    }

    static define(place: number, name: string): void {
      const get = function (this: Whole) {
        const made = this.#made[place] ?? (parts[place]?.(this.#context) as Record<string, unknown>)
        this.#made[place] = made
        return made[name]
      }
      Object.defineProperty(Whole.prototype, name, { configurable: true, enumerable: true, get })
    }
  }
  for (const [place, part] of parts.entries()) {
    for (const name of Object.keys(part(sample))) Whole.define(place, name)
  }
  return Whole
}
