import type { DesiredLayer } from '@atrium/api/link/desired-state.ts'
import { type LayerPlan, planLayer } from '@atrium/pack/format/layer.ts'
import type { PackFiles } from '@atrium/pack/format/pack-files.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { BlobCache } from '../desired/blobs.ts'

/** Brings the content of a pack, verified against its digest. */
export interface PackSource {
  /** `token` opens its repository; without one the plane is asked for one. */
  pull(pack: NonNullable<DesiredLayer['pack']>, signal: AbortSignal, token?: Secret<string>): Promise<PackFiles>
}

/** A layer with everything that is needed to install it. */
export interface LayerContent {
  plan: LayerPlan
  /** Attached manifests, resolved. */
  attached: { name: string; content: string }[]
}

export async function loadContent(
  layer: DesiredLayer,
  packs: Pick<PackSource, 'pull'>,
  blobs: Pick<BlobCache, 'get'>,
  signal: AbortSignal,
): Promise<LayerContent> {
  const values = (await blobs.get(layer.valuesDigest, signal)).toString('utf8')
  const attached: LayerContent['attached'] = []
  for (const { name, digest } of layer.manifests)
    attached.push({ name, content: (await blobs.get(digest, signal)).toString('utf8') })
  const pack = layer.pack ? await packs.pull(layer.pack, signal) : null
  const plan = planLayer(pack, values, layer.name)
  return { plan: plan.namespaceGiven ? plan : { ...plan, namespace: layer.namespace || 'default' }, attached }
}
