import { ApiError } from '@atrium/client/error.ts'
import type { KubeClient } from '@atrium/kube/client.ts'
import { type KubeObject, refOf } from '@atrium/kube/object.ts'
import { addedTo, type ClusterContent, clusterContent, describe, isStandard, untold } from './cluster-content.ts'
import { askForCluster, digestOf, isServing, kubeOf, overview, untilServing } from './clusters.ts'
import { makeAddOn, makeInfrastructure, packOf } from './sample-profiles.ts'
import { HANGS_MS, type Rest, untilAtRest } from './sample-rest.ts'
import type { SampleWorld } from './sample-world.ts'
import type { Sample } from './samples.ts'
import { eventually } from './wait.ts'

/** What became of a pack that was installed, and removed again. */
export interface Outcome extends Rest {
  name: string
  version: string
  layer: string
  /** Kinds of what stays when it is removed, which events tell of, and how many of each. */
  kept: Record<string, number>
}

/** A cluster on which one pack after another is installed and removed. */
export interface SampleCluster {
  /** Throws when removing it leaves anything that no event tells of, or takes what was there before. */
  tryOut(sample: Sample): Promise<Outcome>
  close(): Promise<void>
}

export async function openSampleCluster(world: SampleWorld, name: string): Promise<SampleCluster> {
  const { client } = world
  const base = await makeInfrastructure(world, name)
  const uid = await askForCluster(client, name, world.accountUid, [base])
  await untilServing(client, uid)
  const kube = await kubeOf(client, uid)
  const attach = (...uids: string[]) =>
    client.call('PUT /v1/spectroclusters/{uid}/profiles', {
      params: { uid },
      body: { profiles: uids.map((one) => ({ uid: one })) },
    })
  return {
    async tryOut(sample) {
      const before = await clusterContent(kube)
      const { name: pack, version } = sample
      const { layer } = packOf(world, sample)
      const profileUids =
        layer === 'addon' ? [base, await makeAddOn(world, sample)] : [await makeInfrastructure(world, name, sample)]
      const refusal = await attach(...profileUids).then(() => null, refusalOf)
      if (refusal !== null) return { name: pack, version, layer, state: 'Refused', reason: refusal, kept: {} }
      let rest: Rest
      try {
        rest = await untilAtRest(world, uid, sample)
        const made = addedTo(before, await clusterContent(kube))
        if (rest.state === 'Ready' && made.length === 0) throw new Error('it is ready, and made nothing')
      } finally {
        // The next one begins without it, whatever became of it.
        await attach(base)
      }
      const remains = await untilRemoved(world, uid, kube, before)
      await clearAway(kube, before, remains)
      return { name: pack, version, layer, ...rest, kept: countOfKinds(remains) }
    },
    close: () => kube.close(),
  }
}

function refusalOf(error: unknown): string {
  if (error instanceof ApiError && error.code === 'PackConstraintsUnmet') return error.message
  throw error
}

/** Waits until all is as before but for what has to stay; answers that. */
const untilRemoved = (
  { client }: SampleWorld,
  uid: string,
  kube: KubeClient,
  before: ClusterContent,
): Promise<KubeObject[]> =>
  eventually(
    'everything it made is gone, and everything else is there',
    async () => {
      const params = { objectKind: 'spectrocluster', objectUid: uid } as const
      const { items } = await client.call('GET /v1/events/components/{objectKind}/{objectUid}', { params })
      const told = (items ?? []).flatMap(({ reason, message }) => (reason === 'LayerRemains' ? [`${message}`] : []))
      const now = await clusterContent(kube)
      const added = addedTo(before, now)
      const left = untold(added, told).map(describe)
      const missing = addedTo(now, before).map(describe)
      const summary = await overview(client, uid)
      const isDone = left.length + missing.length === 0 && isServing(summary)
      return { done: isDone && added, seen: { left, missing, ...digestOf(summary) } }
    },
    HANGS_MS,
  )

/** So that the next one finds what the first one found. */
async function clearAway(kube: KubeClient, before: ClusterContent, remains: readonly KubeObject[]): Promise<void> {
  for (const object of remains) await kube.delete(refOf(object))
  const look = async () => {
    const left = addedTo(before, await clusterContent(kube))
    return { done: left.length === 0, seen: left.map(describe) }
  }
  await eventually('what stayed is gone', look, HANGS_MS)
}

function countOfKinds(objects: readonly KubeObject[]): Record<string, number> {
  const kinds = objects.filter((object) => !isStandard(object)).map(({ kind }) => kind)
  return Object.fromEntries(kinds.sort().map((kind) => [kind, kinds.filter((one) => one === kind).length]))
}
