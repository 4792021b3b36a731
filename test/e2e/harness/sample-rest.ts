import { systemClock } from '@atrium/runtime/base/clock.ts'
import { conditionOf, digestOf, overview } from './clusters.ts'
import type { SampleWorld } from './sample-world.ts'
import type { Sample } from './samples.ts'
import { eventually } from './wait.ts'

/** A layer that was not ready all this time will not become so by itself. */
const REST_MS = 45_000
/** Only ends what hangs; a machine may be slow. */
export const HANGS_MS = 600_000

/** How a layer ends up. */
export interface Rest {
  /** `Ready`, or the state of the layer in which it stays instead; `Refused` when it cannot be attached, `Unresolved` by its values. */
  state: string
  /** Why it is not ready; empty when it is. */
  reason: string
}

/** Waits until the sample is ready, or something keeps it from that for long. */
export const untilAtRest = ({ client }: SampleWorld, uid: string, { name, version }: Sample) =>
  eventually(
    `${name} ${version} is ready or gives up`,
    async () => {
      const summary = await overview(client, uid)
      const layers = (summary.status?.packs ?? []).map(({ condition, ...pack }) => ({ ...pack, ...condition }))
      const own = layers.find((layer) => layer.name === name && layer.version === version)
      return { done: restOf(own, layers, conditionOf(summary, 'ProfileResolved')), seen: digestOf(summary) }
    },
    HANGS_MS,
  )

interface Condition {
  name?: string | undefined
  type?: string | undefined
  status?: string | undefined
  message?: string | undefined
}

function restOf(
  own: Condition | undefined,
  layers: readonly Condition[],
  resolved: Condition | undefined,
): Rest | null {
  if (own?.type === 'Ready') return { state: 'Ready', reason: '' }
  if (resolved?.status === 'False') return { state: 'Unresolved', reason: reasonOf(resolved) }
  const blocking = layers.find(isAtRest)
  if (!blocking) return null
  const needed = blocking === own ? '' : `${blocking.name}: `
  return { state: own?.type ?? '', reason: `${needed}${reasonOf(blocking)}` }
}

function isAtRest({ type, message = '' }: Condition): boolean {
  // Nobody knows how it is: the API server of a machine that is busy does not answer in time.
  if (message.startsWith('cannot be observed: ')) return false
  if (type === 'Error') return / tried ([3-9]|\d\d) times/.test(message)
  const since = / since (\S+)$/.exec(message)?.[1]
  return type === 'Installed' && since !== undefined && systemClock.now() - Date.parse(since) > REST_MS
}

/** Without what differs each time: times, names of pods, and addresses with all that is said of them. */
const reasonOf = ({ message = '' }: Condition): string =>
  message
    .replace(/; (since|tried) .*$/s, '')
    .replace(/ https:\/\/.*$/s, '…')
    .replaceAll(/\(pod \S+ /g, '(')
