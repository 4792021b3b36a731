import type {
  v1PackMetadata,
  v1PackPreset,
  v1PackSchema,
  v1PackSummary,
  v1PackTagEntity,
  v1PackUidValues,
} from '@atrium/api/generated/operations.d.ts'
import { compareVersions } from '@atrium/pack/format/version.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import type { PackRow } from '../../../content/pack-rows.ts'
import { rulesOf } from '../../../content/value-rules.ts'
import { scopeOf, viewMeta } from '../../shapes/meta.ts'

type Pack = StoredObject<'Pack'>

const presetsOf = (pack: Pack): v1PackPreset[] => pack.spec.presets as v1PackPreset[]

const schemaOf = (pack: Pack): v1PackSchema[] =>
  rulesOf(pack.spec.schema).map(({ path, ...rule }) => ({ name: path, ...rule }))

/** Where a client finds the logo of a pack version; a pack without one has no field. */
const logoUrl = ({ meta, spec }: Pick<PackRow, 'meta' | 'spec'>): { logoUrl?: string } =>
  spec.logo === undefined ? {} : { logoUrl: `/v1/packs/${meta.uid}/logo` }

/** A pack version without its texts. */
export const viewPackRow = ({ meta, spec }: Pick<PackRow, 'meta' | 'spec'>): v1PackSummary => ({
  apiVersion: 'v1',
  kind: 'Pack',
  metadata: viewMeta(meta),
  spec: {
    name: meta.name,
    displayName: spec.displayName,
    version: spec.version,
    layer: spec.layer,
    addonType: spec.addonType,
    cloudTypes: spec.cloudTypes,
    registryUid: spec.registryUid,
    digest: spec.digest,
    annotations: spec.annotations,
    type: spec.type ?? 'spectro',
    ...logoUrl({ meta, spec }),
  },
  status: {},
})

export function viewPackSummary(pack: Pack): v1PackSummary {
  const row = viewPackRow(pack)
  const texts = { values: pack.spec.values, presets: presetsOf(pack), schema: schemaOf(pack) }
  return { ...row, spec: { ...row.spec, ...texts } }
}

/** One entry for each pack name, with the newest version in each registry. */
export function viewPackMetadata(
  newestFirst: readonly PackRow[],
  registryNames: ReadonlyMap<string, string>,
): v1PackMetadata {
  const [newest] = newestFirst
  if (newest === undefined) throw new Error('a pack without versions')
  const registries = [...new Set(newestFirst.map((pack) => pack.spec.registryUid))].flatMap((uid) => {
    const latest = newestFirst.find((pack) => pack.spec.registryUid === uid)
    if (latest === undefined) return []
    return [
      {
        uid,
        name: registryNames.get(uid) ?? '',
        scope: scopeOf(latest.meta),
        latestVersion: latest.spec.version,
        latestPackUid: latest.meta.uid,
        annotations: latest.spec.annotations,
        ...logoUrl(latest),
      },
    ]
  })
  const { displayName, layer, addonType, cloudTypes } = newest.spec
  return {
    apiVersion: 'v1',
    kind: 'Pack',
    metadata: viewMeta(newest.meta),
    spec: {
      name: newest.meta.name,
      displayName,
      layer,
      addonType,
      cloudTypes,
      type: newest.spec.type ?? 'spectro',
      registries,
    },
  }
}

const viewValues = (pack: Pack): v1PackUidValues => ({
  packUid: pack.meta.uid,
  values: pack.spec.values,
  readme: pack.spec.readme,
  annotations: pack.spec.annotations,
  presets: presetsOf(pack),
  schema: schemaOf(pack),
})

/** Every version of a pack in one registry, newest first. `versions` is not empty. */
export function viewPackTags(versions: readonly Pack[]): v1PackTagEntity {
  const newestFirst = versions.toSorted((a, b) => compareVersions(b.spec.version, a.spec.version))
  const [newest] = newestFirst
  if (newest === undefined) throw new AtriumError('ResourceNotFound', 'The pack has no versions.')
  const { displayName, layer, addonType, cloudTypes, registryUid } = newest.spec
  return {
    name: newest.meta.name,
    displayName,
    layer,
    addonType,
    cloudTypes,
    registryUid,
    ...logoUrl(newest),
    tags: newestFirst.map((pack) => ({
      packUid: pack.meta.uid,
      tag: pack.spec.version,
      version: pack.spec.version,
      group: '*',
      parentTags: parentTags(pack.spec.version),
    })),
    packValues: newestFirst.map(viewValues),
  }
}

/** Floating tags that stand for this version: `1.2.3` → `1.2.x`, `1.x`. */
function parentTags(version: string): string[] {
  const parts = /^v?\d+(?:\.\d+)*/.exec(version)?.[0].split('.') ?? []
  return parts.slice(1).map((_part, index) => [...parts.slice(0, parts.length - 1 - index), 'x'].join('.'))
}
