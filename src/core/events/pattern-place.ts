import { Refusal } from '../refusal.ts'

/** Where in a pattern something stands, such as `detail.state[0].anything-but`. */
export type PatternPlace = string

export function memberAt(place: PatternPlace, name: string): PatternPlace {
  return place === '' ? shorten(name) : `${place}.${shorten(name)}`
}

export function elementAt(place: PatternPlace, index: number): PatternPlace {
  return `${place}[${index}]`
}

/** @param expectation completes "must be …" or the like */
export function badPattern(place: PatternPlace, expectation: string): Refusal {
  return new Refusal('parameter-invalid', `The pattern${place === '' ? '' : ` at ${place}`} ${expectation}.`)
}

function shorten(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}…` : name
}
