import type { Clock } from '@atrium/runtime/base/clock.ts'

/** What is told while tools are obtained. */
export type ToolProgress =
  /** One sentence that stands by itself. */
  | { kind: 'note'; message: string }
  /** Where one piece of work is; `secondsLeft` is null while nobody can know. */
  | { kind: 'step'; work: string; phase: string; done: number; total: number | null; secondsLeft: number | null }

export type OnProgress = (event: ToolProgress) => void

/** A duration as people say it: `45 s`, `12 min`. */
export const formatSeconds = (seconds: number): string =>
  seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`

/** A size as people say it: `102 MB`. */
export const formatBytes = (bytes: number): string => `${Math.max(1, Math.round(bytes / 1e6))} MB`

export const formatStep = (step: Extract<ToolProgress, { kind: 'step' }>): string => {
  const share = step.total === null ? `${step.done}` : `${Math.floor((step.done / Math.max(1, step.total)) * 100)} %`
  const left = step.secondsLeft === null ? '' : `, about ${formatSeconds(step.secondsLeft)} left`
  return `${step.work}: ${step.phase} ${share}${left}`
}

const LINE_EVERY_MS = 10_000

/** Writes progress as plain lines, at most one every ten seconds for each piece of work: for logs and CI as for people. */
export const progressLines = (write: (line: string) => void, clock: Clock): OnProgress => {
  const lastMs = new Map<string, number>()
  return (event) => {
    if (event.kind === 'note') return write(event.message)
    const now = clock.now()
    if (now - (lastMs.get(event.work) ?? Number.NEGATIVE_INFINITY) < LINE_EVERY_MS) return
    lastMs.set(event.work, now)
    write(formatStep(event))
  }
}
