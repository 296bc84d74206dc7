type LabelValues = readonly string[]

/** One number per combination of label values. */
interface Series {
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  render(name: string): string
}

/**
 * What `/metrics` says, in Prometheus's text format 0.0.4. Whoever has something to count makes a counter here once
 * and keeps it; label values must come from a small fixed set, never from a request's text.
 */
export class Metrics {
  readonly #series = new Map<string, Series>()

  counter(name: string, help: string, labels: LabelValues = []): Counter {
    return this.#add(name, new Counter(help, 'counter', labels))
  }

  gauge(name: string, help: string, labels: LabelValues = []): Counter {
    return this.#add(name, new Counter(help, 'gauge', labels))
  }

  /** A gauge whose value is asked for when somebody reads `/metrics`. */
  gaugeOf(name: string, help: string, read: () => number): void {
    this.#add(name, { help, type: 'gauge', render: (rendered) => `${rendered} ${read()}\n` })
  }

  /** A counter that somebody else counts, such as the processor time of the process. */
  counterOf(name: string, help: string, read: () => number): void {
    this.#add(name, { help, type: 'counter', render: (rendered) => `${rendered} ${read()}\n` })
  }

  /** @param bounds upper bounds in ascending order; the one for everything above is added */
  histogram(name: string, help: string, options: { labels: LabelValues; bounds: readonly number[] }): Histogram {
    return this.#add(name, new Histogram(help, options.labels, options.bounds))
  }

  render(): string {
    let text = ''
    for (const [name, series] of this.#series) {
      text += `# HELP ${name} ${series.help}\n# TYPE ${name} ${series.type}\n${series.render(name)}`
    }
    return text
  }

  #add<Kind extends Series>(name: string, series: Kind): Kind {
    if (this.#series.has(name)) throw new Error(`the metric ${name} exists already`)
    this.#series.set(name, series)
    return series
  }
}

/** A number that is added to (a counter) or set (a gauge), for each combination of label values. */
export class Counter implements Series {
  readonly help: string
  readonly type: 'counter' | 'gauge'
  readonly #labels: LabelValues
  readonly #values = new Map<string, number>()

  constructor(help: string, type: 'counter' | 'gauge', labels: LabelValues) {
    this.help = help
    this.type = type
    this.#labels = labels
    if (labels.length === 0) this.#values.set('', 0)
  }

  add(amount: number, ...values: LabelValues): void {
    const key = values.join('\0')
    this.#values.set(key, (this.#values.get(key) ?? 0) + amount)
  }

  set(value: number, ...values: LabelValues): void {
    this.#values.set(values.join('\0'), value)
  }

  render(name: string): string {
    let text = ''
    for (const [key, value] of this.#values) text += `${name}${formatLabels(this.#labels, key)} ${value}\n`
    return text
  }
}

interface Distribution {
  /** One per bound, and one for everything above; not yet cumulative. */
  readonly counts: number[]
  sum: number
}

export class Histogram implements Series {
  readonly help: string
  readonly type = 'histogram'
  readonly #labels: LabelValues
  readonly #bounds: readonly number[]
  readonly #values = new Map<string, Distribution>()

  constructor(help: string, labels: LabelValues, bounds: readonly number[]) {
    this.help = help
    this.#labels = labels
    this.#bounds = bounds
  }

  observe(value: number, ...values: LabelValues): void {
    const key = values.join('\0')
    let distribution = this.#values.get(key)
    if (distribution === undefined) {
      distribution = { counts: new Array(this.#bounds.length + 1).fill(0), sum: 0 }
      this.#values.set(key, distribution)
    }
    let bucket = 0
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] ?? 0)) bucket += 1
    distribution.counts[bucket] = (distribution.counts[bucket] ?? 0) + 1
    distribution.sum += value
  }

  render(name: string): string {
    let text = ''
    for (const [key, { counts, sum }] of this.#values) {
      let total = 0
      for (const [index, count] of counts.entries()) {
        total += count
        const bound = this.#bounds[index] ?? '+Inf'
        text += `${name}_bucket${formatLabels([...this.#labels, 'le'], key === '' ? `${bound}` : `${key}\0${bound}`)} ${total}\n`
      }
      const labels = formatLabels(this.#labels, key)
      text += `${name}_sum${labels} ${sum}\n${name}_count${labels} ${total}\n`
    }
    return text
  }
}

function formatLabels(labels: LabelValues, key: string): string {
  if (labels.length === 0) return ''
  const values = key.split('\0')
  return `{${labels.map((label, index) => `${label}="${escapeLabel(values[index] ?? '')}"`).join(',')}}`
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
