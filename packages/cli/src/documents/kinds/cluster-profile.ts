import type { v1ClusterProfileEntity, v1Variable } from '@atrium/api/generated/operations.d.ts'
import { readCatalogue } from '../../demo/create.ts'
import { readRegistries } from '../../resources/content.ts'
import { type AtriumDocument, apiVersion } from '../document.ts'
import { documentMetadata, isOfScope, type Scope, sentMetadata } from '../scope.ts'
import { anything, flag, list, object, oneOf, required, text } from '../shape.ts'
import { differs, type KindDefinition, refuseChange } from './kind.ts'
import { type ProfileLayerSpec, sentLayers } from './profile-layers.ts'

type ProfileSpec = {
  version: string
  cloud?: string
  type?: 'cluster' | 'infra' | 'add-on'
  draft?: boolean
  layers?: ProfileLayerSpec[]
  variables?: v1Variable[]
}

const layerShape = object({
  name: required(text),
  type: oneOf('spectro', 'helm', 'oci', 'manifest'),
  layer: oneOf('os', 'k8s', 'cni', 'csi', 'addon'),
  version: text,
  registry: text,
  values: text,
  manifests: list(object({ name: required(text), content: required(text) })),
})

const variableShape = object({
  name: required(text),
  ...{ displayName: text, description: text, defaultValue: text, regex: text, inputType: text, format: text },
  ...{ required: flag, hidden: flag, immutable: flag, isSensitive: flag },
  options: list(anything),
})

/** Every version of a profile is an object, and a document, of its own. */
export const clusterProfileKind: KindDefinition<ProfileSpec> = {
  aliases: ['profile'],
  spec: required(
    object({
      version: required(text),
      cloud: text,
      type: oneOf('cluster', 'infra', 'add-on'),
      draft: flag,
      layers: list(layerShape),
      variables: list(variableShape),
    }),
  ),
  scopes: ['tenant', 'project'],
  isLabelled: true,
  async list({ client }) {
    const { items } = await client.call('GET /v1/dashboard/clusterprofiles/metadata')
    return (items ?? []).map(({ metadata }) => metadata?.uid ?? '')
  },
  async find(scope, { metadata, spec }) {
    const { items } = await scope.client.call('GET /v1/dashboard/clusterprofiles/metadata')
    const named = (items ?? []).filter(
      (one) => one.metadata?.name === metadata.name && one.spec?.version === spec.version,
    )
    for (const one of named) {
      const params = { uid: one.metadata?.uid ?? '' }
      const profile = await scope.client.call('GET /v1/clusterprofiles/{uid}', { params })
      if (isOfScope(scope, profile.metadata)) return params.uid
    }
    return null
  },
  read: readProfile,
  /** Values of a pack's layer that are left out are those that the pack has in the layer's registry. */
  async complete(scope, wanted, live) {
    const { spec } = wanted
    const layers = spec.layers ?? []
    const open = layers.filter(({ type, values }) => type !== 'manifest' && values === undefined)
    const packs = await readCatalogue(
      scope.client,
      open.map(({ name, version }) => [packNameOf(name), version ?? '']),
    )
    const registries = open.length > 0 ? await readRegistries(scope.client) : []
    const filled = layers.map((layer): ProfileLayerSpec => {
      if (layer.type === 'manifest') return { layer: 'addon', ...layer }
      const former = live?.spec.layers?.find(({ name }) => name === layer.name)
      const registry = layer.registry ?? former?.registry
      const ofRegistry = registries.find(({ name }) => name === registry)?.uid
      const pack = packs.find(
        ({ name, version, registryUid }) =>
          name === packNameOf(layer.name) &&
          version === layer.version &&
          (registry === undefined || registryUid === ofRegistry),
      )
      const values = layer.values ?? pack?.values
      const { layer: _ofThePack, ...own } = layer
      return {
        ...own,
        type: layer.type ?? former?.type ?? 'spectro',
        ...(registry && { registry }),
        ...(values && { values }),
      }
    })
    const variables = spec.variables?.map(withoutOwnName)
    const rest = { cloud: 'all', type: 'cluster' as const, ...spec, layers: filled }
    return { ...wanted, spec: { ...rest, ...(variables && { variables }) } }
  },
  async create(scope, { metadata, spec }) {
    const body = await sentProfile(scope, { metadata, spec })
    const { uid } = await scope.client.call('POST /v1/clusterprofiles', { body })
    if (!spec.draft) await scope.client.call('PATCH /v1/clusterprofiles/{uid}/publish', { params: { uid } })
  },
  async update(scope, uid, { live, wanted: { metadata, spec }, differences }) {
    const { client } = scope
    const params = { uid }
    refuseChange(differences, 'spec.cloud', 'Give the profile another version.')
    refuseChange(differences, 'spec.type', 'Give the profile another name.')
    if (spec.draft && !live.spec.draft)
      throw new Error('spec.draft: it is published, and stays so. Give the draft another version.')
    // Variables first: layers may use those that are new.
    if (differs(differences, 'spec.variables'))
      await client.call('PUT /v1/clusterprofiles/{uid}/variables', {
        params,
        body: { variables: (spec.variables ?? []).map(sentVariable) },
      })
    if (differs(differences, 'spec.layers') || differs(differences, 'metadata')) {
      const packs = await sentLayers(scope, spec.layers ?? [])
      const body = { metadata: sentMetadata(metadata), spec: { template: { type: spec.type, packs } } }
      await client.call('PUT /v1/clusterprofiles/{uid}', { params, body })
    }
    if (live.spec.draft && !spec.draft) await client.call('PATCH /v1/clusterprofiles/{uid}/publish', { params })
  },
  async revisionOf({ client }, uid) {
    const query = { limit: 1 }
    const { items } = await client.call('GET /atrium/v1/profiles/{uid}/revisions', { params: { uid }, query })
    return String(items[0]?.number)
  },
  async remove({ client }, uid) {
    await client.call('DELETE /v1/clusterprofiles/{uid}', { params: { uid } })
  },
}

/** A profile as the API takes it. */
export async function sentProfile(
  scope: Scope,
  { metadata, spec }: Pick<AtriumDocument<ProfileSpec>, 'metadata' | 'spec'>,
): Promise<v1ClusterProfileEntity> {
  const packs = await sentLayers(scope, spec.layers ?? [])
  return {
    metadata: sentMetadata(metadata),
    spec: {
      version: spec.version,
      template: { cloudType: spec.cloud, type: spec.type, packs },
      variables: (spec.variables ?? []).map(sentVariable),
    },
  }
}

const sentVariable = (variable: v1Variable): v1Variable => ({ displayName: variable.name, ...variable })

/** The name of the pack behind a layer: `<alias>--<pack>` where one pack is used twice. */
const packNameOf = (layer: string): string => layer.split('--').at(-1) ?? layer

interface ExportedProfile {
  spec: {
    version: string
    template: {
      cloudType: string
      type: NonNullable<ProfileSpec['type']>
      packs: {
        name: string
        type: NonNullable<ProfileLayerSpec['type']>
        layer: NonNullable<ProfileLayerSpec['layer']>
        tag: string
        registry?: { metadata?: { name: string } }
        values: string
        manifests: { name: string; content: string }[]
      }[]
    }
    variables: v1Variable[]
  }
}

async function readProfile(scope: Scope, uid: string): ReturnType<KindDefinition<ProfileSpec>['read']> {
  const { client } = scope
  const params = { uid }
  const [{ metadata, status }, file] = await Promise.all([
    client.call('GET /v1/clusterprofiles/{uid}', { params }),
    client.call('GET /v1/clusterprofiles/{uid}/export', { params, query: { format: 'json' } }),
  ])
  // Bytes, or read already where the server says that they are JSON.
  const exported = (
    file instanceof Uint8Array ? JSON.parse(Buffer.from(file).toString('utf8')) : file
  ) as ExportedProfile
  const { version, template, variables } = exported.spec
  const layers = template.packs.map((pack): ProfileLayerSpec => {
    const registry = pack.registry?.metadata?.name
    return {
      ...{ name: pack.name, type: pack.type, version: pack.tag },
      ...(pack.type === 'manifest' && { layer: pack.layer }),
      ...(registry !== undefined && { registry }),
      ...(pack.values !== '' && { values: pack.values }),
      ...(pack.manifests.length > 0 && { manifests: pack.manifests.map(({ name, content }) => ({ name, content })) }),
    }
  })
  const spec: ProfileSpec = {
    ...{ version, cloud: template.cloudType, type: template.type },
    ...(!status?.isPublished && { draft: true }),
    layers,
    ...(variables.length > 0 && { variables: variables.map(withoutOwnName) }),
  }
  return { apiVersion, kind: 'ClusterProfile', metadata: documentMetadata(metadata), spec }
}

/** A display name that is the name says nothing. */
function withoutOwnName({ displayName, ...variable }: v1Variable): v1Variable {
  return displayName === undefined || displayName === variable.name ? variable : { ...variable, displayName }
}
