/** What stands in a record for a value that might be a secret (CloudTrail writes the same). */
export const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS'

const LONGEST_TEXT = 1024
const LONGEST_KEY = 128
/** Of one value with all its parts. */
const MOST_CHARACTERS = 8192
const MOST_PARTS = 200
const DEEPEST = 6
/** In names of members, of whatever API and however they are spelled. Of page tokens, nobody misses what they were. */
const SECRET_WORDS = [
  'secret',
  'password',
  'token',
  'credential',
  'authorization',
  'assertion',
  'privatekey',
  'signature',
]
/** Contents, which are stored elsewhere if at all. */
const CONTENTS = new Set(['layerpartblob', 'imagemanifest'])

const PRINTABLE = /^[ -~]*$/

/**
 * Text of a request as a record takes it: at most `most` UTF-16 code units, what was cut is said by `…`; without NUL and
 * halves of surrogate pairs, which no store keeps.
 */
export function boundedText(text: string, most = LONGEST_TEXT): string {
  const cut = text.length <= most ? text : `${text.slice(0, most - 1)}…`
  // What is almost every text needs no second look.
  if (PRINTABLE.test(cut)) return cut
  return cut.toWellFormed().replaceAll('\0', '\ufffd')
}

/**
 * A value of a request as a record takes it: bounded in length, number of parts and depth, and whatever is called like a
 * secret hidden. What does not fit is left out, and `…` says so.
 *
 * @returns JSON, whatever `value` is
 */
export function boundedValue(value: unknown): unknown {
  return copy(value, { characters: MOST_CHARACTERS, parts: MOST_PARTS }, 0)
}

/** What is left for the rest of the value. */
interface Room {
  characters: number
  parts: number
}

function copy(value: unknown, room: Room, depth: number): unknown {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'number') return isExact(value) ? value : String(value)
  if (typeof value === 'string') return takeText(value, room)
  if (typeof value !== 'object' || depth === DEEPEST) return '…'
  return Array.isArray(value) ? copyList(value, room, depth) : copyObject(value, room, depth)
}

/** A number that every reader of JSON reads as the same one; `verifyChain` takes no other. */
function isExact(number: number): boolean {
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER
}

function copyList(list: readonly unknown[], room: Room, depth: number): unknown[] {
  const copied: unknown[] = []
  for (const each of list) {
    if (!takePart(room)) return [...copied, '…']
    copied.push(copy(each, room, depth + 1))
  }
  return copied
}

function copyObject(object: object, room: Room, depth: number): Record<string, unknown> {
  // Without a prototype, `__proto__` is a member like any other.
  const copied: Record<string, unknown> = Object.create(null)
  for (const [name, member] of Object.entries(object)) {
    if (member === undefined) continue
    if (!takePart(room)) {
      copied['…'] = '…'
      break
    }
    room.characters -= Math.min(name.length, LONGEST_KEY)
    copied[boundedText(name, LONGEST_KEY)] = isHidden(name) ? HIDDEN : copy(member, room, depth + 1)
  }
  return copied
}

function takePart(room: Room): boolean {
  if (room.parts === 0 || room.characters <= 0) return false
  room.parts--
  return true
}

function takeText(text: string, room: Room): string {
  const bounded = boundedText(text, Math.min(LONGEST_TEXT, Math.max(1, room.characters)))
  room.characters -= bounded.length
  return bounded
}

function isHidden(name: string): boolean {
  const plain = name.slice(0, LONGEST_KEY).toLowerCase().replaceAll('-', '').replaceAll('_', '')
  return CONTENTS.has(plain) || SECRET_WORDS.some((word) => plain.includes(word))
}
