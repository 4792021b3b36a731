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

const STEP_EVERY_MS = 10_000

/** Passes on every note, and at most one step every ten seconds for each piece of work: a build has thousands of them. */
export const throttled = (pass: OnProgress, clock: Clock): OnProgress => {
  const lastMs = new Map<string, number>()
  return (event) => {
    if (event.kind === 'note') return pass(event)
    const now = clock.now()
    if (now - (lastMs.get(event.work) ?? Number.NEGATIVE_INFINITY) < STEP_EVERY_MS) return
    lastMs.set(event.work, now)
    pass(event)
  }
}

/** Writes progress as plain lines, few enough for logs and CI as for people. */
export const progressLines = (write: (line: string) => void, clock: Clock): OnProgress =>
  throttled((event) => write(event.kind === 'note' ? event.message : formatStep(event)), clock)
