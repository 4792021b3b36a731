import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { mustFit } from '../tenants/resource-limits.ts'
import { checkClusters, keepGroupRefs } from './load.ts'
import { parseHosts, readAddons } from './parse.ts'

export const v1ClusterGroupsCreate = defineOperation('v1ClusterGroupsCreate', {
  scope: 'project',
  permission: 'clusterGroup.create',
  async handler({ subject, body, project, keptOf }, context) {
    await mustFit(context, subject, 'clustergroup')
    return context.admission.run(subject, async (tx) => {
      const profiles = await readAddons(tx, body.spec?.profiles, 'spec.profiles')
      const spec = { ...parseHosts(body.spec ?? {}, 'spec.', keptOf), profiles }
      await checkClusters(tx, project, spec.clusterUids)
      const { meta } = await tx.create({ kind: 'ClusterGroup', project, ...parseMeta(body.metadata), spec })
      await keepGroupRefs(tx, meta.uid, spec)
      return { uid: meta.uid }
    })
  },
})
