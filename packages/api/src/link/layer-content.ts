import type { DesiredLayer } from './desired-state.ts'

/** What of a layer reaches the cluster: texts or their digests, as long as all that is compared has the same. */
export interface LayerContent {
  pack?: { repository: string; digest: string }
  values: string
  manifests: readonly { name: string; content: string }[]
  namespace: string
}

/**
 * Equal exactly when two layers install the same: the agent touches nothing then, and a preview says so. Version, order
 * and uids are not part of it: they say what a layer is called and when its turn comes.
 */
export const layerContentKey = ({ pack, values, manifests, namespace }: LayerContent): string =>
  JSON.stringify([
    pack?.repository ?? '',
    pack?.digest ?? '',
    values,
    manifests.map(({ name, content }) => [name, content]),
    namespace,
  ])

/** The same of a layer as the agent gets it. */
export const desiredContentKey = ({ pack, valuesDigest, manifests, namespace }: DesiredLayer): string =>
  layerContentKey({
    ...(pack && { pack }),
    values: valuesDigest,
    manifests: manifests.map(({ name, digest }) => ({ name, content: digest })),
    namespace,
  })
