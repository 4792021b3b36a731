import { cpus, loadavg, totalmem } from 'node:os'
import { systemClock } from '@atrium/runtime/base/clock.ts'

/** One figure of a benchmark. */
export interface Figure {
  name: string
  /** One for each run. */
  runs: readonly number[]
  unit: string
  /** The most and the least it may be, in every run; neither = it is only told. */
  atMost?: number
  atLeast?: number
}

/** A machine that does other work tells more about that than about Atrium. */
const CALM_LOAD = 1.5
const loadAtStart = loadavg()[0] ?? 0

/**
 * Prints machine and figures: median and range of the runs, and whether each limit holds. A limit that one run misses
 * makes the exit code 1.
 */
export function report(title: string, figures: readonly Figure[]): void {
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  const memoryGib = Math.round(totalmem() / 1024 ** 3)
  const day = new Date(systemClock.now()).toISOString().slice(0, 10)
  say(`${title} (${day}, ${cpus().length} cores, ${memoryGib} GiB, Node ${process.versions.node})`)
  if (loadAtStart > CALM_LOAD) say(`  Load was ${loadAtStart.toFixed(1)} before it began: times are upper bounds.`)
  for (const figure of figures) say(`  ${describe(figure)}`)
  if (figures.some((figure) => !holds(figure))) process.exitCode = 1
}

/** A figure that is no number holds nothing. */
export const holds = ({ runs, atMost, atLeast }: Figure): boolean =>
  (atMost === undefined || (runs.length > 0 && runs.every((run) => run <= atMost))) &&
  (atLeast === undefined || (runs.length > 0 && runs.every((run) => run >= atLeast)))

export function describe(figure: Figure): string {
  const { name, runs, unit, atMost, atLeast } = figure
  const range =
    runs.length > 1 ? ` (${round(Math.min(...runs))} to ${round(Math.max(...runs))} in ${runs.length} runs)` : ''
  const limits = [
    ...(atMost === undefined ? [] : [`at most ${atMost} ${unit}`]),
    ...(atLeast === undefined ? [] : [`at least ${atLeast} ${unit}`]),
  ]
  const verdict = limits.length === 0 ? '' : `; ${limits.join(', ')}: ${holds(figure) ? 'holds' : 'MISSED'}`
  return `${name}: ${round(median(runs))} ${unit}${range}${verdict}`
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

const round = (value: number): number => Math.round(value * 10) / 10
