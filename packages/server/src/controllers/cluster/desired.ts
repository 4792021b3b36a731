import type { ClusterSpec, ClusterStatus } from '@atrium/api/kinds/cluster.ts'
import { isoNow } from '@atrium/runtime/base/clock.ts'
import type { EventRecord, Fence, StoredObject } from '@atrium/runtime/store/store.ts'
import { declaredProfiles } from '../../content/cluster-access.ts'
import { buildDesiredState, type DesiredResult } from '../../content/desired-state.ts'
import { type ResolvedProfiles, resolveLayers } from '../../content/resolve.ts'
import type { ClusterControllerDeps } from './deps.ts'
import { expectLayers } from './report.ts'
import { clusterActor } from './scope.ts'
import type { Surroundings } from './surroundings.ts'

type Cluster = StoredObject<'Cluster'>
type Position = { epoch: number; generation: number }
export type MadeState = Extract<DesiredResult, { ok: true }>

export const makeDesired = (
  { meta, spec, status }: Cluster,
  resolved: ResolvedProfiles,
  epoch: number,
): DesiredResult =>
  buildDesiredState(
    {
      clusterUid: meta.uid,
      clusterName: meta.name,
      kubernetesVersion: resolved.kubernetesVersion,
      policy: spec.policy,
      maintenance: spec.maintenance,
      sensitive: resolved.sensitive,
      layers: resolved.layers,
    },
    status.desired,
    epoch,
  )

/** There is nothing to build; an imported cluster is built already. */
export const lacksKubernetes = (spec: ClusterSpec, { kubernetesVersion }: ResolvedProfiles): boolean =>
  kubernetesVersion === '' && !spec.import

/**
 * What the agent is to be given and has not been. A restored plane may know less than its clusters: it could take away
 * what was added since the copy. It gives an enrolled agent nothing before that agent came and told what it runs.
 */
export function isNews({ desired, agent }: ClusterStatus, made: MadeState, epoch: number): boolean {
  const restored = desired !== undefined && desired.epoch < epoch
  return made.changed && (!restored || agent?.enrolled !== true || agent.planeEpoch === epoch)
}

/**
 * The desired state that a connected agent waits for because its cluster was changed; null where there is none. It need not
 * wait for a look at the cloud.
 */
export function awaitedState(
  cluster: Cluster,
  resolveContext: Surroundings['resolveContext'],
  epoch: number,
): MadeState | null {
  const { meta, status } = cluster
  const isAwaited = status.agent?.connected === true && status.observedGeneration !== meta.generation
  if (!isAwaited || meta.deletedAt !== null) return null
  let resolved: ResolvedProfiles
  try {
    const context = resolveContext()
    resolved = resolveLayers(declaredProfiles(cluster.spec, context.workspaces), context)
  } catch {
    // The run looks at it again and says why.
    return null
  }
  if (lacksKubernetes(cluster.spec, resolved) || resolved.problems.length > 0) return null
  const made = makeDesired(cluster, resolved, epoch)
  return made.ok && isNews(status, made, epoch) ? made : null
}

/** With the layers that are expected now, and the word about it. */
export async function storeDesired(
  { store, clock }: Pick<ClusterControllerDeps, 'store' | 'clock'>,
  { meta, status }: Cluster,
  { blobs, index, state, pointer }: MadeState,
  claim: Fence,
): Promise<Pick<ClusterStatus, 'desired' | 'layers'>> {
  const layers = expectLayers(state.layers, status.layers ?? [])
  const told = { desired: pointer, layers }
  await store.transaction(
    meta.tenant,
    clusterActor,
    async (tx) => {
      await Promise.all([...blobs.values(), index].map((content) => tx.putBlob(content)))
      await tx.updateStatus('Cluster', meta.uid, { status: told })
      await tx.appendEvents({ kind: 'Cluster', uid: meta.uid }, eventsOf(status, pointer, isoNow(clock), meta.name))
    },
    claim,
  )
  return told
}

function eventsOf(before: ClusterStatus, given: Position, at: string, name: string): EventRecord[] {
  const about = { at, involved: `Cluster ${name}`, source: 'plane' }
  const { epoch, generation } = given
  const made: EventRecord = {
    ...about,
    id: `desired-${epoch}-${generation}`,
    severity: 'Info',
    reason: 'DesiredStateMade',
    message: `Desired state ${generation} is ready for the agent.`,
  }
  const message = restoredMessage(before, given)
  if (message === null) return [made]
  return [made, { ...about, id: `restored-${epoch}`, severity: 'Warning', reason: 'PlaneRestored', message }]
}

function restoredMessage({ desired, applied }: ClusterStatus, given: Position): string | null {
  if (!desired || desired.epoch === given.epoch || !applied || applied.generation <= desired.generation) return null
  return `The agent runs desired state ${applied.generation}, made after the copy this plane was restored from; it is given ${given.generation}. Compare the cluster's profiles with what it runs.`
}
