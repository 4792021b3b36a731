import type { ProfileLayer } from '@atrium/api/kinds/cluster-profile.ts'
import { applyPresets } from '@atrium/pack/format/apply-presets.ts'
import { type MergedValues, mergeValues } from '@atrium/pack/format/merge-values.ts'
import type { Preset } from '@atrium/pack/format/presets.ts'
import { PackError } from '@atrium/pack/format/problems.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { Catalogue } from '../../../content/catalogue.ts'
import { invalid } from '../../invalid.ts'
import { checkType, checkVariablesDefined } from './checks.ts'
import { checkFit } from './fit.ts'
import { parseLayers } from './layers.ts'
import { layerOf } from './load.ts'

type Profile = StoredObject<'ClusterProfile'>

export interface UpgradedLayer extends MergedValues {
  layer: ProfileLayer
}

/** The layer with another version of its pack; its values are merged from old default, its own and new default. */
export async function upgradeLayer(
  tx: Tx,
  profile: Profile,
  name: string,
  { tag, prefer }: { tag: string; prefer?: 'yours' | 'new' | undefined },
  random: Random,
): Promise<UpgradedLayer> {
  const catalogue = new Catalogue(tx)
  const former = layerOf(profile, name)
  const old = await packOf(catalogue, former)
  // Without the uid: tag and registry decide.
  const { type, registryUid, values, manifests } = former
  const input = { name, type, tag, registryUid, values, manifests }
  const surroundings = {
    catalogue,
    random,
    cloudType: profile.spec.cloudType,
    existing: [former],
    unknownOf: () => former.unknown,
  }
  const [layer] = await parseLayers([input], surroundings)
  if (!layer) throw new Error('a layer was read as none')
  const next = await packOf(catalogue, layer)
  // A layer without values of its own has those of its pack, whichever that is.
  if (values.trim() === '') return { layer, text: values, taken: [], conflicts: [] }
  const merged = readably(() => mergeValues({ old: old.spec.values, yours: values, new: next.spec.values }, prefer))
  return { ...merged, layer: { ...layer, values: merged.text } }
}

/** The layer with presets of its pack chosen. */
export async function presetLayer(
  tx: Tx,
  profile: Profile,
  name: string,
  chosen: readonly string[],
): Promise<ProfileLayer> {
  const layer = layerOf(profile, name)
  const { spec } = await packOf(new Catalogue(tx), layer)
  const values = layer.values.trim() === '' ? spec.values : layer.values
  return { ...layer, values: readably(() => applyPresets(values, spec.presets as Preset[], chosen)) }
}

/** Writes the layer in the place of the one of its name. */
export async function saveLayer(tx: Tx, { meta, spec }: Profile, layer: ProfileLayer): Promise<void> {
  const layers = spec.layers.map((one) => (one.name === layer.name ? layer : one))
  checkType({ ...spec, layers })
  checkVariablesDefined(layers, spec.variables)
  await checkFit(tx, spec, { ...spec, layers })
  await tx.update('ClusterProfile', meta.uid, { spec: { ...spec, layers } })
}

async function packOf(catalogue: Catalogue, layer: ProfileLayer): Promise<StoredObject<'Pack'>> {
  if (layer.type === 'manifest') throw invalid('packName', `layer '${layer.name}' holds manifests, and has no pack`)
  const pack = await catalogue.pack(layer.packUid)
  if (pack) return pack
  throw new AtriumError(
    'InvalidState',
    `The pack of layer '${layer.name}' is in no registry: its default values are not known. Synchronise the registry.`,
  )
}

function readably<T>(change: () => T): T {
  try {
    return change()
  } catch (error) {
    if (!(error instanceof PackError)) throw error
    throw new AtriumError('InvalidRequest', `${error.message}.`, {
      details: { problems: error.problems },
      cause: error,
    })
  }
}
