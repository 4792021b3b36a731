import { defineOperation } from '../../operation.ts'
import { changeTemplate } from './load.ts'
import { readPolicies } from './parse.ts'

export const V1ClusterTemplatesUidPoliciesUpdate = defineOperation('V1ClusterTemplatesUidPoliciesUpdate', {
  scope: 'object',
  permission: 'clusterTemplate.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, (tx) =>
      changeTemplate(tx, params.uid, async () => ({ policies: await readPolicies(tx, body.policies, '') })),
    ),
})
