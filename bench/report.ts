import {
  type Column,
  cpuPerUnit,
  cpuSecondsOf,
  figureOf,
  peakOf,
  type Results,
  ratioOf,
  type WorkloadResult,
} from './results.ts'
import type { Metric } from './workload.ts'

const OURS = 'lading'

/** The tables of docs/benchmarks.md, and of the terminal. */
export function reportText(results: Results): string {
  const sections = [ratioTable(results), costTable(results)]
  return sections.map((section) => section.trimEnd()).join('\n\n')
}

function ratioTable(results: Results): string {
  const peers = results.columns.filter((column) => column.name !== OURS)
  const header = ['work', 'unit', ...results.columns.map(({ name }) => name), ...peers.map(({ name }) => `÷ ${name}`)]
  const rows = results.workloads.flatMap((workload) =>
    workload.metrics.map((metric) => ratioRow(results, workload, metric)),
  )
  return `## Figures and ratios\n\n${markdownTable(header, rows)}`
}

function ratioRow(results: Results, workload: WorkloadResult, metric: Metric): string[] {
  const value = (column: Column) => figureOf(workload, column.name, metric.id)
  const ours = results.columns.filter(({ name }) => name === OURS).map(value)[0]
  const ratios = results.columns
    .filter(({ name }) => name !== OURS)
    .map((column) => {
      const theirs = value(column)
      return ours === undefined || theirs === undefined || metric.hasNoRatio
        ? ''
        : `**${ratioOf(metric, ours, theirs).toFixed(2)}**`
    })
  const figures = results.columns.map((column) => figureText(value(column)))
  return [metric.title, metric.unit, ...figures, ...ratios]
}

function costTable(results: Results): string {
  const names = results.columns.map(({ name }) => name)
  const header = ['work', 'per', ...names.flatMap((name) => [`${name} CPU`, 'CPU s', 'peak MiB'])]
  const rows = results.workloads.map((workload) => [
    workload.metrics[0]?.title ?? workload.id,
    workload.costUnit ?? '',
    ...names.flatMap((name) => [
      timeText(cpuPerUnit(workload, name)),
      figureText(cpuSecondsOf(workload, name)),
      figureText(mebibytes(peakOf(workload, name))),
    ]),
  ])
  return `## What it cost the servers\n\n${markdownTable(header, rows)}`
}

function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = header.map((_, index) => (index < 2 ? '---' : '---:'))
  return [line(header), line(rule), ...rows.map(line)].join('\n')
}

function mebibytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / 1024 / 1024
}

/** Three digits that count; a thin space between thousands. */
function figureText(value: number | undefined): string {
  if (value === undefined) return ''
  if (value >= 100) return Math.round(value).toLocaleString('en').replaceAll(',', '\u202f')
  return value.toFixed(value >= 10 ? 1 : 2)
}

function timeText(seconds: number | undefined): string {
  if (seconds === undefined) return ''
  if (seconds >= 0.1) return `${seconds.toFixed(2)} s`
  return seconds >= 0.001 ? `${(seconds * 1e3).toFixed(1)} ms` : `${(seconds * 1e6).toFixed(1)} µs`
}
