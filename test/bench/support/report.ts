import { availableParallelism, loadavg, totalmem } from 'node:os'
import { systemClock } from '@atrium/runtime/base/clock.ts'

/** One figure of a benchmark. */
export interface Figure {
  name: string
  /** One for each run. */
  runs: readonly number[]
  unit: string
  /** The most it may be; none = it is only told. */
  atMost?: number
}

/** A machine that does other work tells more about that than about Atrium. */
const CALM_LOAD = 1.5
const loadAtStart = loadavg()[0] ?? 0

/** Prints machine and figures: median and range of the runs, and whether each limit holds. A missed one makes the exit code 1. */
export function report(title: string, figures: readonly Figure[]): void {
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  const memoryGib = Math.round(totalmem() / 1024 ** 3)
  const day = new Date(systemClock.now()).toISOString().slice(0, 10)
  say(`${title} (${day}, ${availableParallelism()} cores, ${memoryGib} GiB, Node ${process.versions.node})`)
  if (loadAtStart > CALM_LOAD) say(`  Load was ${loadAtStart.toFixed(1)} before it began: times are upper bounds.`)
  for (const figure of figures) say(`  ${describe(figure)}`)
  if (figures.some((figure) => !holds(figure))) process.exitCode = 1
}

const holds = ({ runs, atMost }: Figure): boolean => atMost === undefined || median(runs) <= atMost

function describe(figure: Figure): string {
  const { name, runs, unit, atMost } = figure
  const range =
    runs.length > 1 ? ` (${round(Math.min(...runs))} to ${round(Math.max(...runs))} in ${runs.length} runs)` : ''
  const verdict = atMost === undefined ? '' : `; limit ${atMost} ${unit}: ${holds(figure) ? 'holds' : 'MISSED'}`
  return `${name}: ${round(median(runs))} ${unit}${range}${verdict}`
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

const round = (value: number): number => Math.round(value * 10) / 10
