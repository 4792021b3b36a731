import type { DesiredState } from '@atrium/api/link/desired-state.ts'

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
