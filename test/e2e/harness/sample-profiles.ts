import type { v1ClusterProfileEntity } from '@atrium/api/generated/operations.d.ts'
import type { CatalogPack } from '@atrium/cli/demo/spec.ts'
import { infraLayers } from './clusters.ts'
import type { SampleWorld } from './sample-world.ts'
import { definitionOf, filledIn, type Sample } from './samples.ts'

type Named = Pick<Sample, 'name' | 'version'>

export function packOf({ catalogue }: SampleWorld, { name, version }: Named): CatalogPack {
  const pack = catalogue.find((one) => one.name === name && one.version === version)
  if (pack) return pack
  throw new Error(`pack ${name} ${version} is not in the catalogue`)
}

type Layer = NonNullable<NonNullable<NonNullable<v1ClusterProfileEntity['spec']>['template']>['packs']>[number]

function layerOf(world: SampleWorld, named: Named, given: Sample['given'] = {}): Layer {
  const { name, version, registryUid, uid, layer, values } = packOf(world, named)
  return {
    ...{ name, tag: version, registryUid, uid, type: 'spectro' as const, layer: layer as 'addon' },
    values: filledIn(values, given),
  }
}

let profiles = 0

async function makeProfile(
  { client }: SampleWorld,
  name: string,
  template: { type: 'infra' | 'add-on'; packs: Layer[] },
  given: Sample['given'] = {},
): Promise<string> {
  const variables = Object.entries(given.variables ?? {}).map(([one, defaultValue]) => ({
    ...{ name: one, displayName: one, defaultValue },
  }))
  profiles += 1
  const { uid } = await client.call('POST /v1/clusterprofiles', {
    body: {
      metadata: { name },
      spec: { version: `1.0.${profiles}`, template: { cloudType: 'all', ...template }, variables },
    },
  })
  await client.call('PATCH /v1/clusterprofiles/{uid}/publish', { params: { uid } })
  return uid
}

/** Infrastructure of the cluster, with the sample in place of the layer of its kind. */
export function makeInfrastructure(world: SampleWorld, cluster: string, sample?: Sample): Promise<string> {
  const own = sample && layerOf(world, sample, sample.given)
  const packs = infraLayers.flatMap((layer) => {
    if (!('pack' in layer)) return []
    const standard = layerOf(world, { name: layer.pack, version: layer.version })
    return own && own.layer === standard.layer ? own : standard
  })
  return makeProfile(world, `${cluster}-infrastructure`, { type: 'infra', packs }, sample?.given)
}

export const makeAddOn = (world: SampleWorld, sample: Sample): Promise<string> => {
  const samples = [...sample.needs, sample]
  const definitions = samples.flatMap(({ given }) => given.definitions ?? [])
  const first = definitions.length > 0 ? [definitionLayer(definitions)] : []
  const packs = [...first, ...samples.map((one) => layerOf(world, one, one.given))]
  return makeProfile(world, sample.name, { type: 'add-on', packs }, sample.given)
}

const definitionLayer = (kinds: readonly string[]): Layer => ({
  ...{ name: 'definitions', type: 'manifest', layer: 'addon', tag: '1.0.0', values: '' },
  manifests: kinds.map((kind) => ({
    name: kind.toLowerCase().replaceAll(/[^a-z]/g, '-'),
    content: definitionOf(kind),
  })),
})
