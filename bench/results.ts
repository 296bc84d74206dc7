import { median } from './statistics.ts'
import type { Metric, Sample, Workload } from './workload.ts'

/** One column of the table: a server, or the same work by hand. */
export interface Column {
  readonly name: string
  readonly description: string
}

export interface WorkloadResult {
  readonly id: string
  readonly metrics: readonly Metric[]
  readonly costUnit: string | undefined
  /** By column name. */
  readonly samples: Readonly<Record<string, readonly Sample[]>>
  /** By column name: why there are no samples. */
  readonly notRun: Readonly<Record<string, string>>
}

export interface Results {
  readonly at: string
  readonly machine: string
  readonly isPinned: boolean
  readonly columns: readonly Column[]
  readonly workloads: readonly WorkloadResult[]
}

export function startResult(workload: Workload): WorkloadResult & {
  samples: Record<string, Sample[]>
  notRun: Record<string, string>
} {
  return { id: workload.id, metrics: workload.metrics, costUnit: workload.costUnit, samples: {}, notRun: {} }
}

/** The median over the rounds, or undefined when there is no figure. */
export function figureOf(result: WorkloadResult, column: string, metric: string): number | undefined {
  const values = (result.samples[column] ?? []).flatMap((sample) => sample.values[metric] ?? [])
  return values.length > 0 ? median(values) : undefined
}

/** How many times better `ours` is than `theirs`. */
export function ratioOf(metric: Metric, ours: number, theirs: number): number {
  return metric.better === 'more' ? ours / theirs : theirs / ours
}

export function cpuPerUnit(result: WorkloadResult, column: string): number | undefined {
  const costs = (result.samples[column] ?? []).flatMap(({ cpuSeconds, units }) =>
    cpuSeconds === undefined || !units ? [] : [cpuSeconds / units],
  )
  return costs.length > 0 ? median(costs) : undefined
}

export function cpuSecondsOf(result: WorkloadResult, column: string): number | undefined {
  const seconds = (result.samples[column] ?? []).flatMap((sample) => sample.cpuSeconds ?? [])
  return seconds.length > 0 ? seconds.reduce((sum, one) => sum + one, 0) : undefined
}

/** The most over the rounds. */
export function peakOf(result: WorkloadResult, column: string): number | undefined {
  const peaks = (result.samples[column] ?? []).flatMap((sample) => sample.peakBytes ?? [])
  return peaks.length > 0 ? Math.max(...peaks) : undefined
}
