import { invalid } from '../../invalid.ts'
import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { mustFit } from '../tenants/resource-limits.ts'
import { checkClusters, checkPolicy, keepRefs } from './load.ts'
import { parseSpec } from './parse.ts'

export const v1WorkspacesCreate = defineOperation('v1WorkspacesCreate', {
  scope: 'project',
  permission: 'workspace.create',
  async handler({ subject, body, project }, context) {
    if (project === null) throw invalid('ProjectUid', 'a workspace belongs to a project: name it in this header')
    const spec = parseSpec(body.spec, context.random)
    await mustFit(context, subject, 'workspace')
    return context.admission.run(subject, async (tx) => {
      await checkClusters(tx, project, spec)
      await checkPolicy(tx, spec)
      const { meta } = await tx.create({ kind: 'Workspace', project, ...parseMeta(body.metadata), spec })
      await keepRefs(tx, meta.uid, spec)
      return { uid: meta.uid }
    })
  },
})
