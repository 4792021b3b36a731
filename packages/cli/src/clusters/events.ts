import type { v1Event } from '@atrium/api/generated/operations.d.ts'
import type { Client } from '@atrium/client/client.ts'

/** Events of a cluster, newest first; `limit` 0 = all that are kept. */
export async function listEvents(client: Client, uid: string, limit = 0): Promise<v1Event[]> {
  const { items } = await client.call('GET /v1/events/components/{objectKind}/{objectUid}', {
    params: { objectKind: 'spectrocluster', objectUid: uid },
    query: { limit },
  })
  return items ?? []
}
