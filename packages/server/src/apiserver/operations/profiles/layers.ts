import type { v1PackManifestUpdateEntity } from '@atrium/api/generated/operations.d.ts'
import type { LayerKind, ProfileLayer, ProfileManifest } from '@atrium/api/kinds/cluster-profile.ts'
import { PackError } from '@atrium/pack/format/problems.ts'
import { readValues } from '@atrium/pack/format/values.ts'
import { pickVersion } from '@atrium/pack/format/version.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { newUid, type Random } from '@atrium/runtime/base/random.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import type { Catalogue } from '../../../content/catalogue.ts'
import { packNameOf } from '../../../content/macro-scope.ts'
import { isOffered } from '../../../content/sync-plan.ts'
import { invalid } from '../../invalid.ts'

type Pack = StoredObject<'Pack'>
/** Layers of a create request are a part of those of an update request: their manifests have no uids. */
type LayerInput =
  | v1PackManifestUpdateEntity
  | (Omit<v1PackManifestUpdateEntity, 'manifests'> & { manifests?: ManifestInput[] | null | undefined })
type ManifestInput = { name?: string | undefined; content?: string | undefined; uid?: string | undefined }

export interface LayerSurroundings {
  catalogue: Catalogue
  random: Random
  cloudType: string
  /** Layers the profile has now: manifests and manifest layers keep their uids. */
  existing: readonly ProfileLayer[]
  /** What the contract does not know of a layer, to be echoed. */
  unknownOf(layer: LayerInput): Record<string, unknown> | undefined
}

export const maxLayers = 100
const maxTextChars = 2 * 1024 * 1024

/** Reads the layers of a request in their order. Texts are kept byte for byte. */
export async function parseLayers(
  inputs: readonly LayerInput[] | null | undefined,
  surroundings: LayerSurroundings,
): Promise<ProfileLayer[]> {
  const all = inputs ?? []
  if (all.length > maxLayers) throw invalid('spec.template.packs', `at most ${maxLayers} layers are allowed`)
  const named = all.filter((input) => typeOf(input) !== 'manifest').map(({ name }) => packNameOf(name))
  const offered = await surroundings.catalogue.packs({ name: [...new Set(named)] })
  const packs = [...offered, ...(await heldPacks(surroundings))]
  const layers = all.map((input, index) => parseLayer(input, packs, surroundings, `spec.template.packs[${index}]`))
  const doubled = layers.findIndex((layer, index) => layers.findIndex((one) => one.name === layer.name) !== index)
  if (doubled >= 0) {
    const { name } = layers[doubled] ?? { name: '' }
    const field = `spec.template.packs[${doubled}].name`
    throw invalid(field, `a second layer is named '${name}'. Use an alias: '<alias>--${name}'`)
  }
  return layers
}

/** Content that layers hold and no registry offers: they keep it until other content is chosen. */
async function heldPacks({ catalogue, existing }: LayerSurroundings): Promise<Pack[]> {
  const held = existing.filter(({ type }) => type !== 'manifest').map(({ packUid }) => packUid)
  return (await catalogue.readPacks(held)).filter((pack) => !isOffered(pack))
}

function parseLayer(
  input: LayerInput,
  packs: readonly Pack[],
  surroundings: LayerSurroundings,
  path: string,
): ProfileLayer {
  const existing = surroundings.existing.find((layer) => layer.name === input.name)
  const values = checkText(input.values ?? '', `${path}.values`)
  checkYaml(values, `${path}.values`)
  const unknown = surroundings.unknownOf(input)
  const common = {
    name: input.name,
    registryUid: input.registryUid ?? '',
    values,
    manifests: parseManifests(input.manifests, existing, surroundings.random, `${path}.manifests`),
    ...(unknown && { unknown }),
  }
  if (typeOf(input) === 'manifest') {
    const own = existing?.type === 'manifest' ? existing.packUid : newUid(surroundings.random)
    const layer = layerKind(input.layer, `${path}.layer`)
    const tag = input.tag ?? ''
    // A uid of its own: clients keep the contents of manifest layers by it.
    return { ...common, type: 'manifest', layer, tag, version: tag, packUid: own }
  }
  const pack = findPack(input, packs, path)
  checkCloud(pack, surroundings.cloudType, path)
  return {
    ...common,
    // A chart is kept as a pack of that one chart.
    type: pack.spec.type === 'helm' && input.type !== 'oci' ? 'helm' : input.type === 'oci' ? 'oci' : 'spectro',
    layer: pack.spec.layer,
    tag: input.tag || pack.spec.version,
    version: pack.spec.version,
    registryUid: pack.spec.registryUid,
    packUid: pack.meta.uid,
    digest: pack.spec.digest,
  }
}

function typeOf(input: LayerInput): ProfileLayer['type'] {
  return input.type ?? (input.uid === 'spectro-manifest-pack' ? 'manifest' : 'spectro')
}

/**
 * The pack version a layer means. A changed tag arrives with the uid of the former version: where uid and tag disagree, tag and registry
 * win.
 */
function findPack(input: LayerInput, packs: readonly Pack[], path: string): Pack {
  const name = packNameOf(input.name)
  const byUid = packs.find((pack) => pack.meta.uid === input.uid)
  const sameRegistry = (pack: Pack): boolean => !input.registryUid || pack.spec.registryUid === input.registryUid
  if (byUid?.meta.name === name && sameRegistry(byUid) && (!input.tag || stands(input.tag, byUid.spec.version)))
    return byUid
  const candidates = packs.filter((pack) => pack.meta.name === name && sameRegistry(pack) && isOffered(pack))
  if (candidates.length === 0) {
    const where = input.registryUid ? ` in registry '${input.registryUid}'` : ''
    throw invalid(`${path}.name`, `there is no pack '${name}'${where}. POST /v1/packs/search lists what there is`)
  }
  const versions = candidates.map((pack) => pack.spec.version)
  const version = input.tag ? pickVersion(input.tag, versions) : byUid?.spec.version
  const found = candidates.filter((pack) => pack.spec.version === version)
  const [pack] = found
  if (pack === undefined)
    throw invalid(
      `${path}.tag`,
      `pack '${name}' has no version '${input.tag ?? ''}'. There are: ${versions.join(', ')}`,
    )
  if (found.length > 1)
    throw invalid(`${path}.registryUid`, `pack '${name}' ${pack.spec.version} is in several registries. Name one`)
  return pack
}

const stands = (tag: string, version: string): boolean => pickVersion(tag, [version]) === version

function checkCloud(pack: Pack, cloudType: string, path: string): void {
  const { cloudTypes } = pack.spec
  if (cloudType === 'all' || cloudTypes.includes('all') || cloudTypes.includes(cloudType)) return
  throw invalid(
    `${path}.name`,
    `pack '${pack.meta.name}' is for ${cloudTypes.join(', ')}, the profile for ${cloudType}`,
  )
}

function layerKind(given: string | undefined, path: string): LayerKind {
  switch (given) {
    case undefined:
    case '':
      return 'addon'
    case 'os':
    case 'k8s':
    case 'cni':
    case 'csi':
    case 'addon':
      return given
    default:
      throw invalid(path, `'${given}' is not one of os, k8s, cni, csi, addon`)
  }
}

function parseManifests(
  inputs: readonly ManifestInput[] | null | undefined,
  existing: ProfileLayer | undefined,
  random: Random,
  path: string,
): ProfileManifest[] {
  const manifests = (inputs ?? []).map((input, index): ProfileManifest => {
    const known = existing?.manifests.find((one) => (input.uid ? one.uid === input.uid : one.name === input.name))
    const name = input.name || known?.name || ''
    if (name === '') throw invalid(`${path}[${index}].name`, 'is missing')
    // An update that names a manifest without content keeps what it holds.
    const content = checkText(input.content ?? known?.content ?? '', `${path}[${index}].content`)
    return { uid: known?.uid ?? newUid(random), name, content }
  })
  const doubled = manifests.find(({ name }, index) => manifests.findIndex((one) => one.name === name) !== index)
  if (doubled) throw invalid(path, `two manifests are named '${doubled.name}'`)
  return manifests
}

function checkText(text: string, field: string): string {
  if (text.length <= maxTextChars) return text
  throw invalid(field, `holds ${text.length} letters; ${maxTextChars} are allowed`)
}

function checkYaml(text: string, field: string): void {
  try {
    readValues(text, field)
  } catch (error) {
    if (!(error instanceof PackError)) throw error
    throw new AtriumError('InvalidRequest', error.message, {
      details: { field, problems: error.problems },
      cause: error,
    })
  }
}
