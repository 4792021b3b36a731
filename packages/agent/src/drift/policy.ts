import type { DesiredState } from '@atrium/api/link/desired-state.ts'

/** `heal`: put back as declared; `alert`: reported and left as it is. */
export type PolicyAction = DesiredState['policy']['drift']

/** What happens to deviations of a layer: its own word, else the cluster's. One that is no longer wanted has no word. Pure. */
export const driftPolicy = (desired: DesiredState | null, layerId: string): PolicyAction =>
  desired?.layers.find((layer) => layer.id === layerId)?.drift ?? desired?.policy.drift ?? 'heal'

/** Whether everything that deviates is judged by the one as by the other. Pure. */
export function isSamePolicy(one: DesiredState | null, other: DesiredState | null): boolean {
  const ids = [one, other].flatMap((state) => state?.layers.map((layer) => layer.id) ?? [])
  return one?.policy.drift === other?.policy.drift && ids.every((id) => driftPolicy(one, id) === driftPolicy(other, id))
}
