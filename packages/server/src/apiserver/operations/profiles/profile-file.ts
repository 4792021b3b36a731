import type {
  v1ClusterProfileEntity,
  v1ClusterProfileImportEntity,
  v1PackImportEntity,
  v1PackManifestEntity,
  v1PackRegistryMetadata,
} from '@atrium/api/generated/operations.d.ts'
import type { ProfileLayer, ProfileType } from '@atrium/api/kinds/cluster-profile.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import type { Catalogue } from '../../../content/catalogue.ts'
import { packNameOf } from '../../../content/macro-scope.ts'
import { invalid } from '../../invalid.ts'
import { viewVariable } from './views.ts'

type Registry = StoredObject<'Registry'>

/** A profile as a file: layers name their registries, so that another installation finds them; sensitive defaults are masked. */
export function profileFile(
  { meta, spec }: StoredObject<'ClusterProfile'>,
  registries: readonly Registry[],
): v1ClusterProfileImportEntity {
  return {
    metadata: { name: meta.name, description: meta.annotations['description'] ?? '', labels: { ...meta.labels } },
    spec: {
      version: spec.version,
      template: {
        cloudType: spec.cloudType,
        type: spec.type,
        packs: spec.layers.map((layer) => fileLayer(layer, registries)),
      },
      variables: spec.variables.map(viewVariable),
    },
  }
}

function fileLayer(layer: ProfileLayer, registries: readonly Registry[]): v1PackImportEntity {
  const registry = registries.find(({ meta }) => meta.uid === layer.registryUid)
  return {
    name: layer.name,
    type: layer.type,
    layer: layer.layer,
    tag: layer.tag,
    version: layer.version,
    ...(registry && { registry: { metadata: viewRegistry(registry) } }),
    values: layer.values,
    manifests: layer.manifests.map(({ name, content }) => ({ name, content })),
  }
}

const viewRegistry = ({ meta, spec }: Registry): v1PackRegistryMetadata => ({
  uid: meta.uid,
  name: meta.name,
  kind: spec.type,
  isPrivate: spec.isPrivate,
  isSyncSupported: !spec.isSyncOff,
  ...(spec.oci && { providerType: spec.oci.provider }),
})

/** The same file with the registry that each layer would come from here, and those that offer its pack. */
export async function matchedFile(
  file: v1ClusterProfileImportEntity,
  catalogue: Catalogue,
): Promise<v1ClusterProfileImportEntity> {
  const offers = await readOffers(file, catalogue)
  const packs = packsOf(file).map((pack) => {
    if (isManifest(pack)) return pack
    const { named, offering } = offers.of(pack)
    const matchingRegistries = offering.map(({ registry }) => viewRegistry(registry))
    return { ...pack, registry: { ...(named && { metadata: viewRegistry(named) }), matchingRegistries } }
  })
  return { ...file, spec: { ...file.spec, template: { ...file.spec?.template, packs } } }
}

/** A file as the request that makes its profile. Each layer gets the very version the file names, from the registry it names. */
export async function entityOf(
  file: v1ClusterProfileImportEntity,
  catalogue: Catalogue,
): Promise<v1ClusterProfileEntity> {
  const { name = '', description, labels } = file.metadata ?? {}
  if (name === '') throw invalid('metadata.name', 'is missing')
  const offers = await readOffers(file, catalogue)
  const { cloudType, type } = file.spec?.template ?? {}
  return {
    metadata: { name, ...(labels && { labels }), annotations: { description: description ?? '' } },
    spec: {
      version: file.spec?.version,
      template: {
        cloudType,
        type: oneOf(profileTypes, type, 'spec.template.type'),
        packs: packsOf(file).map((pack, index) => layerOf(pack, offers, `spec.template.packs[${index}]`)),
      },
      variables: file.spec?.variables,
    },
  }
}

const profileTypes: readonly ProfileType[] = ['cluster', 'infra', 'add-on', 'system']
const layerTypes: readonly ProfileLayer['type'][] = ['spectro', 'helm', 'manifest', 'oci']

function oneOf<T extends string>(words: readonly T[], given: string | undefined, field: string): T | undefined {
  if (given === undefined || given === '') return undefined
  const word = words.find((one) => one === given)
  if (word !== undefined) return word
  throw invalid(field, `'${given}' is not one of ${words.join(', ')}`)
}

function layerOf(pack: v1PackImportEntity, offers: Offers, path: string): v1PackManifestEntity {
  const { name = '', layer, tag, values, manifests } = pack
  const type = oneOf(layerTypes, pack.type, `${path}.type`)
  const common = { name, type, layer, tag, values, manifests: manifests ?? [] }
  if (isManifest(pack)) return common
  const { named, offering } = offers.of(pack)
  const asked = registryOf(pack)
  if (asked !== '' && !named) {
    const others = offering.map(({ registry }) => registry.meta.name).join(', ')
    const where = others === '' ? 'No registry offers its pack' : `Its pack is in: ${others}. Name one of them`
    throw invalid(`${path}.registry`, `there is no registry '${asked}'. ${where}`)
  }
  const found = named ? offering.find(({ registry }) => registry.meta.uid === named.meta.uid) : undefined
  return { ...common, registryUid: named?.meta.uid, uid: found?.pack.meta.uid }
}

const packsOf = (file: v1ClusterProfileImportEntity): readonly v1PackImportEntity[] => file.spec?.template?.packs ?? []
const isManifest = ({ type }: v1PackImportEntity): boolean => type === 'manifest'
/** As the file calls it; empty = any. */
const registryOf = ({ registry }: v1PackImportEntity): string =>
  registry?.metadata?.name ?? registry?.metadata?.uid ?? ''

interface Offers {
  /** The registry a layer names, if it is here, and all that offer its pack in the version it names. */
  of(pack: v1PackImportEntity): {
    named: Registry | undefined
    offering: { registry: Registry; pack: StoredObject<'Pack'> }[]
  }
}

async function readOffers(file: v1ClusterProfileImportEntity, catalogue: Catalogue): Promise<Offers> {
  const registries = await catalogue.registries()
  const name = [...new Set(packsOf(file).map((pack) => packNameOf(pack.name ?? '')))]
  const packs = await catalogue.packs({ name })
  return {
    of(asked) {
      const { uid, name: called } = asked.registry?.metadata ?? {}
      const version = asked.version || asked.tag
      return {
        // Uids are of one installation: a name counts before a uid that is not here.
        named: registries.find(({ meta }) => meta.uid === uid) ?? registries.find(({ meta }) => meta.name === called),
        offering: packs.flatMap((pack) => {
          const registry = registries.find(({ meta }) => meta.uid === pack.spec.registryUid)
          const isMeant = pack.meta.name === packNameOf(asked.name ?? '') && pack.spec.version === version
          return registry && isMeant ? [{ registry, pack }] : []
        }),
      }
    },
  }
}
