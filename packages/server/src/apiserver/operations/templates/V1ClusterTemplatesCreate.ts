import { invalid } from '../../invalid.ts'
import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { mustFit } from '../tenants/resource-limits.ts'
import { keepTemplateRefs } from './load.ts'
import { readPolicies, readProfiles } from './parse.ts'

export const V1ClusterTemplatesCreate = defineOperation('V1ClusterTemplatesCreate', {
  scope: 'project',
  permission: 'clusterTemplate.create',
  async handler({ subject, body, project }, context) {
    await mustFit(context, subject, 'clustertemplate')
    return context.admission.run(subject, async (tx) => {
      const { cloudType = '', policies, profiles } = body.spec ?? {}
      if (cloudType === '') throw invalid('spec.cloudType', 'is missing')
      const spec = {
        cloudType,
        policies: await readPolicies(tx, policies, 'spec.'),
        profiles: await readProfiles(tx, profiles, cloudType, 'spec.'),
      }
      const { meta } = await tx.create({ kind: 'ClusterTemplate', project, ...parseMeta(body.metadata), spec })
      await keepTemplateRefs(tx, meta.uid, spec)
      return { uid: meta.uid }
    })
  },
})
