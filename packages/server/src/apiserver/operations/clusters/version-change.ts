import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import { plainVersion, versionChangeProblem } from '@atrium/provider-contract/versions.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { kubernetesVersionOf } from '../../../content/resolve.ts'

type Present = Pick<StoredObject<'Cluster'>, 'spec' | 'status'>
type Declared = Pick<ClusterSpec, 'profiles'>

/** Why a Kubernetes layer is refused: what a preview shows, and the field of the request that it is about. */
export interface RefusedVersion {
  layer: string
  profileUid: string
  field: string
  reason: string
  message: string
}

/**
 * Null unless the cluster cannot go to the version of the Kubernetes layer from the one it serves: an older one, or one
 * that skips a minor. What it serves is the agent's word: while an upgrade has not come that far, it can be taken back.
 */
export function refusedVersion({ spec, status }: Present, after: Declared): RefusedVersion | null {
  const to = kubernetesVersionOf(after.profiles)
  if (to === kubernetesVersionOf(spec.profiles)) return null
  const problem = versionChangeProblem(plainVersion(status.kubernetesVersion ?? ''), to)
  const index = after.profiles.findIndex(({ layers }) => layers.some(({ layer }) => layer === 'k8s'))
  const profile = after.profiles[index]
  const layer = profile?.layers.find((one) => one.layer === 'k8s')
  if (problem === null || !profile || !layer) return null
  return {
    layer: `${profile.name}/${layer.name}`,
    profileUid: profile.uid,
    field: `spec.profiles[${index}]`,
    reason: problem.reason,
    message: `profile '${profile.name}' ${profile.version}, layer '${layer.name}': ${problem.message}. ${problem.nextStep}`,
  }
}

/** Refuses a change of the Kubernetes version that cannot be made. */
export function checkVersionChange(present: Present, after: Declared): void {
  const refused = refusedVersion(present, after)
  if (refused === null) return
  const { field, reason, message } = refused
  throw new AtriumError('InvalidRequest', `${field}: ${message}`, { details: { field, reason } })
}
