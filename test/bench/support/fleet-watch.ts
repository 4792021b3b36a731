import { readFileSync } from 'node:fs'
import { countClusters } from '@atrium/dev-env/simulated-fleet/count.ts'
import type { Fleet } from '@atrium/dev-env/simulated-fleet/fleet.ts'

const MIB = 2 ** 20
const LOOK_MS = 250
/** Counting ten thousand clusters takes PostgreSQL a while: it is not to be what is measured. */
const COUNT_EACH_MS = 0.4
const LINE_MS = 15_000
const IN_TIME_MS = { least: 10 * 60_000, each: 1_500 }

export interface FleetWatch {
  /** Aborts when somebody ends the bench. */
  signal: AbortSignal
  /** Returns the time at which `goal` clusters were seen to run and to be healthy. */
  untilRunning(goal: number): Promise<number>
  /** Returns the time at which `reached` first said `goal`; throws, with what there was, when that takes too long. */
  until(what: string, reached: () => number, goal: number): Promise<number>
  say(line: string): void
}

/** Waits for a fleet of `clusters`, and tells how far it is. */
export const watchFleet = (fleet: Fleet, databaseUrl: string, clusters: number): FleetWatch => {
  const { clock, server } = fleet
  const ending = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ending.abort(new Error(name)))
  const beganMs = clock.elapsed()
  const say = (line: string): void => {
    const at = Math.round((clock.elapsed() - beganMs) / 1000)
    const memory = `server ${mib(server.residentBytes())} MiB, agents ${mib(process.memoryUsage.rss())} MiB`
    process.stderr.write(`${at} s: ${line}; ${memory}\n`)
  }
  const limitMs = Math.max(IN_TIME_MS.least, IN_TIME_MS.each * clusters)
  const wait = async (what: string, goal: number, reached: () => number | Promise<number>, lookMs: number) => {
    const sinceMs = clock.elapsed()
    for (let toldMs = sinceMs; ; await clock.sleep(lookMs, ending.signal)) {
      const count = await reached()
      if (count >= goal) return clock.now()
      ending.signal.throwIfAborted()
      const line = `${count} of ${goal} ${what}`
      if (clock.elapsed() - sinceMs > limitMs) throw new Error(`after ${limitMs / 1000} s ${line}`)
      if (clock.elapsed() - toldMs < LINE_MS) continue
      toldMs = clock.elapsed()
      say(line)
    }
  }
  const running = async (): Promise<number> => (await countClusters(databaseUrl)).get('Running-Healthy') ?? 0
  return {
    signal: ending.signal,
    say,
    untilRunning: (goal) => wait('run', goal, running, Math.max(LOOK_MS, COUNT_EACH_MS * clusters)),
    until: (what, reached, goal) => wait(what, goal, reached, LOOK_MS),
  }
}

/** Throws, and says what to do, when one process may not open as many connections as such a fleet needs. */
export const checkOpenFiles = (clusters: number): void => {
  const needed = Math.ceil(1.1 * clusters) + 500
  const allowed = /Max open files\s+\S+\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
  if (allowed !== undefined && Number(allowed) < needed)
    throw new Error(
      `A process may open ${allowed} files here, and ${needed} are needed: run \`ulimit -n ${needed}\` first.`,
    )
}

const mib = (bytes: number): number => Math.round(bytes / MIB)
