import { agedItem, type Resource } from './resource.ts'

/** For operators alone: no kind that `get` shows to users. */
export const tenant: Resource = {
  kind: 'tenant',
  plural: 'tenants',
  columns: ['STATE', 'AGE'],
  async list(client) {
    const { items } = await client.call('GET /atrium/v1/tenants')
    return items.map((view) => agedItem({ ...view, creationTimestamp: view.createdAt }, view, [view.state]))
  },
  read: (client, uid) => client.call('GET /atrium/v1/tenants/{uid}', { params: { uid } }),
}
