import type { ClusterProfileSpec, LayerKind } from '@atrium/api/kinds/cluster-profile.ts'
import { sameJson } from '@atrium/runtime/base/json.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { Catalogue } from '../../../content/catalogue.ts'
import { constraintFindings, type PlacedFinding, placedLayer, refuseUnmet } from '../../../content/check-layers.ts'

type Profile = Pick<ClusterProfileSpec, 'type' | 'layers' | 'published'>

/** Of a dependency that names no kind of layer. */
const anyKind = ''
const all: readonly (LayerKind | typeof anyKind)[] = ['os', 'k8s', 'cni', 'csi', 'addon', anyKind]
const addOns: readonly string[] = ['addon', anyKind]

/**
 * Refuses packs that no cluster could make fit: layers that exclude each other, or are there in a version that another does not take; and in a
 * published profile infrastructure that is missing, for a cluster has it from one profile. What is missing besides may come from another profile
 * of the cluster: that is told by `validate/packs`, and refused when profiles are attached. What did not fit before does not stand in the way.
 */
export async function checkFit(tx: Tx, before: Profile | null, after: Profile): Promise<void> {
  if (before && sameJson(shapeOf(before), shapeOf(after))) return
  const catalogue = new Catalogue(tx)
  const found = await unfitting(catalogue, after)
  if (found.length === 0) return
  refuseUnmet('spec.template.packs', found, before ? await unfitting(catalogue, before) : [])
}

const shapeOf = ({ layers, published }: Profile): unknown => [
  published,
  layers.map(({ packUid, name, version, tag, layer }) => [packUid, name, version, tag, layer]),
]

async function unfitting(catalogue: Catalogue, { type, layers, published }: Profile): Promise<PlacedFinding[]> {
  await catalogue.readPacks(layers.map(({ packUid }) => packUid))
  const isWhole = published && (type === 'cluster' || type === 'infra')
  const around = { layers: layers.map(placedLayer), former: [], elsewhere: isWhole ? addOns : all }
  const found: PlacedFinding[] = []
  for (const layer of layers) {
    const findings = await constraintFindings(catalogue, layer, around)
    found.push(...findings.map((finding) => ({ ...finding, layer: layer.name })))
  }
  return found
}
