import type {
  v1ClusterProfile,
  v1ClusterProfilePacksEntity,
  v1ClusterProfileTemplate,
  v1ManifestEntity,
  v1PackRef,
  v1Variable,
} from '@atrium/api/generated/operations.d.ts'
import type { ProfileLayer, ProfileManifest, ProfileVariable } from '@atrium/api/kinds/cluster-profile.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import type { StaleLayer } from '../../../content/profile-content.ts'
import { maskedValue } from '../../shapes/masked.ts'
import { viewMeta } from '../../shapes/meta.ts'
import { withUnknown } from '../../shapes/unknown.ts'

type Profile = StoredObject<'ClusterProfile'>

/** Shown in place of what a sensitive variable holds. */
export const viewVariable = ({ sealedDefault, ...variable }: ProfileVariable): v1Variable => ({
  ...(variable as v1Variable),
  ...((sealedDefault || (variable.isSensitive && variable.defaultValue)) && { defaultValue: maskedValue }),
})

export const viewLayer = (layer: ProfileLayer): v1PackRef =>
  withUnknown<v1PackRef>(
    {
      name: layer.name,
      type: layer.type,
      layer: layer.layer,
      tag: layer.tag,
      version: layer.version,
      registryUid: layer.registryUid,
      packUid: layer.packUid,
      values: layer.values,
      manifests: layer.manifests.map(({ name, uid }) => ({ kind: 'manifest', name, uid })),
      ...(layer.digest && { digest: layer.digest }),
    },
    layer.unknown,
  )

function viewTemplate({ meta, spec }: Profile, stale: readonly StaleLayer[]): v1ClusterProfileTemplate {
  return {
    uid: meta.uid,
    name: meta.name,
    type: spec.type,
    cloudType: spec.cloudType,
    profileVersion: spec.version,
    packs: spec.layers.map((layer) => flagged(viewLayer(layer), stale)),
  }
}

/** Marked when its registry does not offer this content any more. */
function flagged(view: v1PackRef, stale: readonly StaleLayer[]): v1PackRef {
  const found = stale.find(({ layer }) => layer === view.name)
  return found ? Object.assign(view, { isInvalid: true, inValidReason: found.message }) : view
}

/** `published` is there from the first moment: clients read nothing else, also between create and publish. */
export function viewProfile(
  profile: Profile,
  lineage: readonly { uid: string; version: string }[],
  users: readonly { uid: string; name: string }[],
  stale: readonly StaleLayer[],
): v1ClusterProfile {
  const template = viewTemplate(profile, stale)
  return withUnknown<v1ClusterProfile>(
    {
      apiVersion: 'v1',
      kind: 'ClusterProfile',
      metadata: viewMeta(profile.meta),
      spec: {
        version: profile.spec.version,
        versions: [...lineage],
        published: template,
        ...(!profile.spec.published && { draft: template }),
      },
      status: {
        isPublished: profile.spec.published,
        hasUserMacros: profile.spec.layers.some((layer) => layer.values.includes('.spectro.macro.')),
        inUseClusterUids: users.map(({ uid }) => uid),
        inUseClusters: users.map(({ uid, name }) => ({ kind: 'spectrocluster', uid, name })),
      },
    },
    profile.spec.unknown,
  )
}

/** Contents of an attached manifest; draft and published are the same text. */
export const viewManifest = ({ uid, name, content }: ProfileManifest): v1ManifestEntity => ({
  metadata: { uid, name },
  spec: { published: { content } },
})

export const viewPack = (layer: ProfileLayer): v1ClusterProfilePacksEntity => ({
  metadata: { uid: layer.packUid, name: layer.name },
  spec: {
    name: layer.name,
    layer: layer.layer,
    type: layer.type,
    version: layer.version,
    registryUid: layer.registryUid,
    values: layer.values,
    ...(layer.digest && { digest: layer.digest }),
    manifests: layer.manifests.map(({ name, uid }) => ({ kind: 'manifest', name, uid })),
  },
  status: {},
})
