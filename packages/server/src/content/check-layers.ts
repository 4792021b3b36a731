import type { AttachedProfile } from '@atrium/api/kinds/cluster.ts'
import type { LayerKind, ProfileLayer, ProfileType } from '@atrium/api/kinds/cluster-profile.ts'
import {
  type ConstraintProblem,
  checkDependencies,
  checkResources,
  type MachineRoom,
  type PlacedLayer,
  type Surroundings,
} from '@atrium/pack/format/constraints.ts'
import { PackError, placeOfProblem } from '@atrium/pack/format/problems.ts'
import { readValues, type ValuesText } from '@atrium/pack/format/values.ts'
import { checkValues } from '@atrium/pack/format/values-schema.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { sameJson } from '@atrium/runtime/base/json.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import type { Catalogue } from './catalogue.ts'
import { packNameOf } from './macro-scope.ts'
import { rulesOf } from './value-rules.ts'

/** One thing that does not hold for a layer. */
export interface LayerFinding {
  code: ConstraintProblem['code'] | 'ValuesInvalid'
  message: string
}

/** A finding and the layer it is about. */
export interface PlacedFinding extends LayerFinding {
  layer: string
}

const infrastructure: readonly LayerKind[] = ['os', 'k8s', 'cni', 'csi']

/** Kinds of layers that a profile of this type leaves to others. */
export const leftToOthers = (type: ProfileType): readonly LayerKind[] =>
  type === 'add-on' ? infrastructure : type === 'infra' ? ['addon'] : []

/** Refuses what a change brings, if anything; what did not fit before does not stand in its way. */
export function refuseUnmet(field: string, found: readonly PlacedFinding[], former: readonly PlacedFinding[]): void {
  const problems = found.filter((one) => !former.some((other) => sameJson(one, other)))
  const [first] = problems
  if (!first) return
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  throw new AtriumError('PackConstraintsUnmet', `${field}: layer '${first.layer}' ${first.message}${more}.`, {
    details: { field, problems },
  })
}

export const placedLayer = ({ name, layer, version, tag }: ProfileLayer): PlacedLayer => ({
  packName: packNameOf(name),
  layer,
  version: version || tag,
})

/** Every layer of the profiles, as constraints look at it. */
export const placedLayers = (profiles: readonly Pick<AttachedProfile, 'layers'>[]): PlacedLayer[] =>
  profiles.flatMap(({ layers }) => layers.map(placedLayer))

/** What the pack of a layer asks of other packs and of machines, and what of it does not hold. */
export async function constraintFindings(
  catalogue: Catalogue,
  layer: ProfileLayer,
  around: Surroundings,
  rooms: readonly MachineRoom[] = [],
): Promise<LayerFinding[]> {
  const pack = await packOf(catalogue, layer)
  if (pack === null) return []
  const { constraints } = pack.spec
  const values = rooms.length > 0 ? readable(layer.values.trim() === '' ? pack.spec.values : layer.values) : null
  return [...checkDependencies(constraints, around), ...(values ? checkResources(constraints, values, rooms) : [])]
}

/** Values of a layer against the rules of its pack; those with placeholders are looked at when they are filled in. */
export async function valueFindings(catalogue: Catalogue, layer: ProfileLayer): Promise<LayerFinding[]> {
  const pack = await packOf(catalogue, layer)
  if (pack === null || layer.values.trim() === '') return []
  const [values, defaults] = [readable(layer.values), readable(pack.spec.values)]
  if (values === null || defaults === null) return []
  return checkValues(values, rulesOf(pack.spec.schema), defaults).map((problem) => ({
    code: 'ValuesInvalid',
    message: `${placeOfProblem(problem)} ${problem.path}: ${problem.message}`,
  }))
}

const packOf = async (catalogue: Catalogue, layer: ProfileLayer): Promise<StoredObject<'Pack'> | null> =>
  layer.type === 'manifest' ? null : catalogue.pack(layer.packUid)

/** Null for a text that is no YAML: that is told elsewhere. */
function readable(text: string): ValuesText | null {
  try {
    return readValues(text)
  } catch (error) {
    if (error instanceof PackError) return null
    throw error
  }
}
