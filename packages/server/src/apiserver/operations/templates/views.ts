import type { v1ClusterTemplate, v1ClusterTemplateSummary } from '@atrium/api/generated/operations.d.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { viewMeta } from '../../shapes/meta.ts'
import { isApplied } from './apply.ts'
import { clustersOf, type Template } from './load.ts'

type State = 'Pending' | 'Applied' | 'PartiallyApplied'

/** How many of its clusters are as the template says. */
export function templateState(template: Template, clusters: readonly StoredObject<'Cluster'>[]): State {
  const applied = clusters.filter(({ spec }) => isApplied(template, spec)).length
  if (applied === 0) return 'Pending'
  return applied === clusters.length ? 'Applied' : 'PartiallyApplied'
}

export async function viewTemplate(tx: Tx, template: Template): Promise<v1ClusterTemplate> {
  const { meta, spec } = template
  const clusters = await clustersOf(tx, meta.uid)
  return {
    metadata: viewMeta(meta),
    spec: {
      ...spec,
      clusters: Object.fromEntries(clusters.map(({ meta: { uid, name } }) => [uid, { clusterUid: uid, name }])),
    },
    status: { state: templateState(template, clusters) },
  }
}

export async function viewTemplateSummary(tx: Tx, template: Template): Promise<v1ClusterTemplateSummary> {
  const { meta, spec } = template
  const clusters = await clustersOf(tx, meta.uid)
  const named = clusters.map(({ meta: { uid, name, project } }) => ({ uid, name, projectUid: project ?? '' }))
  return {
    metadata: viewMeta(meta),
    spec: { cloudType: spec.cloudType, clusters: named },
    status: {
      state: templateState(template, clusters),
      inUseClusters: named.map(({ uid, name }) => ({ uid, name })),
    },
  }
}
