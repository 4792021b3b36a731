import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { defineOperation } from '../../operation.ts'
import { pageOf } from '../../shapes/lists.ts'
import { getCluster } from './load.ts'

/** Events of a cluster, newest first: its life cycle and what Kubernetes reports. */
export const v1EventsComponentsObjTypeUidList = defineOperation('v1EventsComponentsObjTypeUidList', {
  scope: 'object',
  permission: 'cluster.get',
  handler: ({ subject, params, query }, context) =>
    context.admission.run(subject, async (tx) => {
      if (params.objectKind !== 'spectrocluster') {
        throw new AtriumError('ResourceNotFound', `There is no ${params.objectKind} '${params.objectUid}'.`)
      }
      const { meta } = await getCluster(tx, params.objectUid)
      const { limit = 50 } = pageOf(query)
      const page = await tx.events(
        { kind: 'Cluster', uid: meta.uid },
        { limit, ...(query.continue && { continue: query.continue }) },
      )
      return {
        items: page.items.map((event) => ({
          metadata: { uid: event.id, name: event.reason, creationTimestamp: event.at },
          involvedObject: { kind: 'spectrocluster', uid: meta.uid, name: event.involved },
          severity: event.severity,
          reason: event.reason,
          message: event.message,
          source: { component: event.source },
        })),
        listmeta: { continue: page.continue ?? '', count: page.items.length, limit, offset: 0 },
      }
    }),
})
