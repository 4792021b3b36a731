import type { PlatformEvent } from '@atrium/toolchain/platform.ts'
import { formatSeconds } from '@atrium/toolchain/progress.ts'
import type { ClusterProgress } from '../../clusters/follow.ts'

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1).padStart(6)} s`

/** One step of the platform's start. */
export const startLine = ({ message, elapsedMs }: PlatformEvent): string => `${seconds(elapsedMs)}  ${message}`

/** What the cluster does, since when, and about how much is left. `usualMs` is how long it usually takes. */
export function clusterLine(progress: ClusterProgress, elapsedMs: number, usualMs: number): string {
  const { state, health, layers, layersReady, waitingFor } = progress
  if (state === 'Running' && health === 'Healthy')
    return `${seconds(elapsedMs)}  Running and Healthy, ${layers} layers ready`
  const left = usualMs - elapsedMs
  const rest = left > 0 ? `about ${formatSeconds(left / 1000)} left` : 'longer than usual'
  const share = layers > 0 ? `, ${layersReady} of ${layers} layers ready` : ''
  // The count stands before it already, in the same answer.
  const why = waitingFor.replace(/^\d+ of \d+ layers are ready; /, '')
  return `${seconds(elapsedMs)}  ${state}${share}: ${why || 'starting'} (${rest})`
}
