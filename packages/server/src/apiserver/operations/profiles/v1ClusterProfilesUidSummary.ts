import type { v1ClusterProfileSummary } from '@atrium/api/generated/operations.d.ts'
import type { ProfileLayer } from '@atrium/api/kinds/cluster-profile.ts'
import { defineOperation } from '../../operation.ts'
import { viewMeta } from '../../shapes/meta.ts'
import { getProfile, lineageOf, usersOf } from './load.ts'

/** What a profile is made of and who uses it, without values and contents. */
export const v1ClusterProfilesUidSummary = defineOperation('v1ClusterProfilesUidSummary', {
  scope: 'object',
  permission: 'clusterProfile.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx): Promise<v1ClusterProfileSummary> => {
      const profile = await getProfile(tx, params.uid)
      const { meta, spec } = profile
      const [users, versions] = await Promise.all([usersOf(tx, meta.uid), lineageOf(tx, profile)])
      const template = { type: spec.type, cloudType: spec.cloudType, packs: spec.layers.map(summaryOf) }
      return {
        metadata: viewMeta(meta),
        specSummary: {
          version: spec.version,
          versions,
          published: template,
          ...(!spec.published && { draft: template }),
        },
        status: {
          isPublished: spec.published,
          inUseClusterUids: users.map(({ uid }) => uid),
          inUseClusters: users.map(({ uid, name }) => ({ kind: 'spectrocluster', uid, name })),
        },
      }
    }),
})

const summaryOf = ({ name, type, layer, tag, version, packUid }: ProfileLayer) => ({
  name,
  type,
  layer,
  tag,
  version,
  packUid,
})
