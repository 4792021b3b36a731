import type { v1PackTagEntity } from '@atrium/api/generated/operations.d.ts'
import type { ProfileLayer } from '@atrium/api/kinds/cluster-profile.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import type { Catalogue } from '../../../content/catalogue.ts'

/** A pack by uid, or the manifest layer that has this uid for its own in some profile the caller sees. */
export async function packOrLayer(
  tx: Tx,
  catalogue: Catalogue,
  uid: string,
): Promise<{ pack: StoredObject<'Pack'> } | { layer: ProfileLayer }> {
  const pack = await catalogue.pack(uid)
  if (pack) return { pack }
  const { items } = await tx.list('ClusterProfile', { holding: { layers: [{ packUid: uid }] }, limit: 1 })
  const layer = items[0]?.spec.layers.find((one) => one.packUid === uid)
  if (layer) return { layer }
  throw new AtriumError('ResourceNotFound', `Pack '${uid}' is not found. POST /v1/packs/search lists what there is.`)
}

/** A manifest layer in the shape of a pack. */
export const layerPack = ({ name, layer, registryUid, packUid, tag, values }: ProfileLayer): v1PackTagEntity => ({
  name,
  displayName: name,
  layer,
  registryUid,
  tags: [{ packUid, tag, version: tag }],
  packValues: [{ packUid, values }],
})
