import { defineOperation } from '../../operation.ts'
import { listedFrom } from '../../shapes/lists.ts'

/** Every version of every profile on one page. In a project: its own profiles and the tenant's. */
export const v1ClusterProfilesMetadata = defineOperation('v1ClusterProfilesMetadata', {
  scope: 'project',
  permission: 'clusterProfile.list',
  handler: ({ subject, project }, context) =>
    context.admission.run(subject, async (tx) => {
      const { items } = await tx.listNames('ClusterProfile', { project: listedFrom(project) })
      return {
        items: items.map(({ name, uid, columns }) => ({
          metadata: { name, uid },
          spec: { cloudType: columns['cloudType'] ?? '', version: columns['version'] ?? '' },
        })),
      }
    }),
})
