import type { v1ClusterTemplatesFilterSpec } from '@atrium/api/generated/operations.d.ts'
import { defineOperation } from '../../operation.ts'
import { arrayFilter, stringFilter } from '../../shapes/filters.ts'
import { listedFrom, listMeta, ownFirst, pageOfArray } from '../../shapes/lists.ts'
import { tagsOf, viewMeta } from '../../shapes/meta.ts'
import { orderViews } from '../../shapes/order.ts'
import { orderOf } from '../../shapes/sorts.ts'
import type { Template } from './load.ts'
import { viewTemplateSummary } from './views.ts'

export const v1ClusterTemplatesFilterSummary = defineOperation('v1ClusterTemplatesFilterSummary', {
  scope: 'project',
  permission: 'clusterTemplate.list',
  handler: ({ subject, body, query, project }, context) =>
    context.admission.run(subject, async (tx) => {
      const { items } = await tx.list('ClusterTemplate', { project: listedFrom(project), limit: 0 })
      const found = ownFirst(items).filter(matching(body.filter))
      // Clusters are read for the page alone.
      const rows = found.map((template) => ({ template, metadata: viewMeta(template.meta), spec: template.spec }))
      const page = pageOfArray(orderViews(rows, orderOf(body.sort, { cloudType: 'spec.cloudType' })), query)
      const views = await Promise.all(page.items.map(({ template }) => viewTemplateSummary(tx, template)))
      return { items: views, listmeta: listMeta(page) }
    }),
})

function matching({ clusterTemplateName, tags, policyUid, projectUid, cloudType }: v1ClusterTemplatesFilterSpec = {}) {
  const [byName, byTag] = [stringFilter(clusterTemplateName), arrayFilter(tags)]
  const [byPolicy, byProject] = [stringFilter(policyUid), stringFilter(projectUid)]
  return ({ meta, spec }: Template): boolean =>
    byName(meta.name) &&
    byTag(tagsOf(meta.labels)) &&
    byProject(meta.project ?? '') &&
    (!policyUid || spec.policies.some(({ uid }) => byPolicy(uid))) &&
    (!cloudType?.length || cloudType.includes(spec.cloudType))
}
