import type { v1Event } from '@atrium/api/generated/operations.d.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { EventRecord } from '@atrium/runtime/store/store.ts'
import { defineOperation } from '../../operation.ts'
import { listMeta, type Page, pageOfArray, pageOfViews, type Selection } from '../../shapes/lists.ts'
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
      // Everything that is kept: the store bounds it for each object.
      const { items } = await tx.events({ kind: 'Cluster', uid: meta.uid }, { limit: 0 })
      const page = pageOfEvents(
        items.map((event) => viewEvent(event, meta.uid)),
        query,
      )
      return { items: page.items, listmeta: listMeta(page) }
    }),
})

const viewEvent = (event: EventRecord, clusterUid: string): v1Event & { metadata: { uid: string } } => ({
  metadata: { uid: event.id, name: event.reason, creationTimestamp: event.at },
  involvedObject: { kind: 'spectrocluster', uid: clusterUid, name: event.involved },
  severity: event.severity,
  reason: event.reason,
  message: event.message,
  source: { component: event.source },
})

/** New events come in at the front while a client reads: a token is the last event it got, not a position. */
function pageOfEvents<T extends { metadata: { uid: string } }>(events: readonly T[], query: Selection): Page<T> {
  const { continue: last, ...selection } = query
  const all = pageOfViews(events, { ...selection, limit: 0, offset: 0 }).items
  const start = last === undefined ? undefined : all.findIndex(({ metadata }) => metadata.uid === last) + 1
  if (start === 0) {
    throw new AtriumError('InvalidRequest', 'continue: the event it names is no longer kept. Start again without it.', {
      details: { field: 'continue' },
    })
  }
  const page = pageOfArray(all, start === undefined ? selection : { limit: selection.limit, continue: `${start}` })
  const next = page.continue === undefined ? undefined : page.items.at(-1)
  return next ? { ...page, continue: next.metadata.uid } : page
}
