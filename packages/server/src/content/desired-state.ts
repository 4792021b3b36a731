import { createHash } from 'node:crypto'
import type { ClusterPolicy, ClusterStatus } from '@atrium/api/kinds/cluster.ts'
import { type DesiredState, desiredStateLimits, type NodeMaintenance } from '@atrium/api/link/desired-state.ts'
import { canonicalJson } from '@atrium/runtime/base/json.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { layerPolicy } from './layer-policy.ts'
import type { ResolvedLayer } from './resolve.ts'

export interface DesiredInput {
  clusterUid: string
  clusterName: string
  kubernetesVersion: string
  policy: ClusterPolicy
  maintenance?: readonly NodeMaintenance[] | undefined
  /** Values to be kept out of logs. */
  sensitive: readonly string[]
  layers: readonly ResolvedLayer[]
}

export type DesiredResult =
  | {
      ok: true
      pointer: NonNullable<ClusterStatus['desired']>
      state: DesiredState
      /** The state as it is stored: its digest is the pointer's. */
      index: Buffer
      /** Values and manifests, by digest. */
      blobs: Map<string, Buffer>
      /** False when the agent has been given exactly this before. */
      changed: boolean
    }
  | { ok: false; message: string }

export const digestOf = (content: Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`

/**
 * The desired state of a cluster: a small index and its blobs. Its generation rises only when anything in it differs from
 * `former`; a higher epoch (the plane was restored) starts a new one. Pure.
 */
export function buildDesiredState(input: DesiredInput, former: ClusterStatus['desired'], epoch: number): DesiredResult {
  const blobs = new Map<string, Buffer>()
  const addBlob = (text: string): string => {
    const content = Buffer.from(text)
    const digest = digestOf(content)
    blobs.set(digest, content)
    return digest
  }
  const layers = input.layers.map((layer) => describeLayer(layer, input.policy, addBlob))
  const sensitive = input.sensitive.length > 0 ? { sensitive: addBlob(JSON.stringify(input.sensitive)) } : {}
  const { blobBytes, indexBytes, layers: layersMax } = desiredStateLimits
  const tooLarge = [...blobs.values()].find((content) => content.length > blobBytes)
  if (tooLarge)
    return { ok: false, message: `A manifest or values file has ${tooLarge.length} of at most ${blobBytes} bytes.` }
  if (layers.length > layersMax)
    return { ok: false, message: `The cluster has ${layers.length} of at most ${layersMax} layers.` }
  const { clusterUid, clusterName, kubernetesVersion } = input
  const policy = { drift: input.policy.drift, nodes: input.policy.nodes }
  const nodes = input.maintenance?.length ? { nodes: [...input.maintenance] } : {}
  const at = (generation: number): { state: DesiredState; index: Buffer } => {
    const state = {
      clusterUid,
      clusterName,
      epoch,
      generation,
      kubernetesVersion,
      ...sensitive,
      layers,
      policy,
      ...nodes,
    }
    return { state, index: Buffer.from(canonicalJson(state)) }
  }
  const same = former && former.epoch === epoch && digestOf(at(former.generation).index) === former.digest
  const generation = same ? former.generation : (former?.generation ?? 0) + 1
  const { state, index } = at(generation)
  if (index.length > indexBytes)
    return { ok: false, message: `The index of the layers has ${index.length} of at most ${indexBytes} bytes.` }
  return { ok: true, pointer: { epoch, generation, digest: digestOf(index) }, state, index, blobs, changed: !same }
}

function describeLayer(
  layer: ResolvedLayer,
  policy: ClusterPolicy,
  addBlob: (text: string) => string,
): DesiredState['layers'][number] {
  const { drift, setBy } = layerPolicy(policy, layer)
  const { id, name, profileUid, packUid, version, kind, priority, namespace, pack } = layer
  return {
    ...{ id, name, profileUid, packUid, version, kind, priority, namespace },
    ...(pack ? { pack: { registry: pack.registry, repository: pack.repository, digest: pack.digest } } : {}),
    valuesDigest: addBlob(layer.values),
    manifests: layer.manifests.map((manifest) => ({ name: manifest.name, digest: addBlob(manifest.content) })),
    ...(setBy === 'cluster' ? {} : { drift }),
  }
}

/** The newest desired state the cluster's controller made: `status.desired.digest` is the blob with the index as JSON. */
export const readDesired = async (
  tx: Tx,
  cluster: Pick<StoredObject<'Cluster'>, 'status'>,
): Promise<DesiredState | null> => {
  const desired = cluster.status.desired
  if (!desired) return null
  const blob = await tx.getBlob(desired.digest)
  // Written by our own controller in the transaction that stored the digest.
  return blob ? (JSON.parse(blob.toString('utf8')) as DesiredState) : null
}
