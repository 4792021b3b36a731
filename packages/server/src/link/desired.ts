import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'

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

/** Blobs an agent may fetch: those its own desired state names. */
export const blobsOf = (desired: DesiredState): Set<string> =>
  new Set([
    ...(desired.sensitive ? [desired.sensitive] : []),
    ...desired.layers.flatMap((layer) => [layer.valuesDigest, ...layer.manifests.map(({ digest }) => digest)]),
  ])

/** Repositories of `registry` (a URL) that an agent may pull from: those its own desired state names there. */
export const repositoriesOf = (desired: DesiredState, registry: string): Set<string> =>
  new Set(desired.layers.flatMap(({ pack }) => (pack && sameOrigin(pack.registry, registry) ? [pack.repository] : [])))

const sameOrigin = (a: string, b: string): boolean => URL.parse(a)?.origin === new URL(b).origin
