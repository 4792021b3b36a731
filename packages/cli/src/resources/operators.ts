import type { Client } from '@atrium/client/client.ts'
import { agedItem, item, type Resource } from './resource.ts'

const listOf = async (client: Client) => (await client.call('GET /atrium/v1/system/operators')).items

/** Who runs the installation: no kind that `get` shows to users. */
export const operator: Resource = {
  kind: 'operator',
  plural: 'operators',
  title: 'EMAIL',
  columns: ['ROLE', 'STATE', 'LAST SIGN-IN', 'AGE'],
  async list(client) {
    return (await listOf(client)).map((view) => {
      const { uid, email, role, isActive, hasPassword, lastSignInAt, createdAt } = view
      const state = isActive ? (hasPassword ? 'active' : 'invited') : 'inactive'
      const meta = { uid, name: email, creationTimestamp: createdAt }
      return agedItem(meta, view, [role, state, lastSignInAt ?? 'never'])
    })
  },
  read: async (client, uid) => (await listOf(client)).find((one) => one.uid === uid),
  remove: (client, uid) => client.call('DELETE /atrium/v1/system/operators/{uid}', { params: { uid } }),
}

/** Keys of one operator. */
export const keysOf = (uid: string): Resource => ({
  kind: 'key',
  plural: 'keys',
  columns: ['EXPIRES'],
  async list(client) {
    const { items } = await client.call('GET /atrium/v1/system/operators/{uid}/keys', { params: { uid } })
    return items.map((view) => item(view, view, [view.expiresAt]))
  },
})
