const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** A size for people: `512 bytes`, `1.5 GiB`. */
export function byteSize(bytes: number): string {
  let value = bytes
  let unit = 0
  // What would be rounded up to 1024 is one of the next unit.
  while (value >= 1023.95 && unit < UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`
}
