import type { Client } from '@atrium/client/client.ts'
import { agedItem, item, type Resource, type ResourceItem } from './resource.ts'

export const user: Resource = {
  kind: 'user',
  plural: 'users',
  title: 'EMAIL',
  columns: ['NAME', 'STATE', 'AGE'],
  async list(client) {
    const items: ResourceItem[] = []
    for await (const view of client.list('GET /v1/users')) {
      const { spec, status } = view
      const named = { ...view.metadata, name: spec?.emailId }
      items.push(agedItem(named, view, [view.metadata?.name ?? '', status?.isActive ? 'active' : 'inactive']))
    }
    return items
  },
  read: (client, uid) => client.call('GET /v1/users/{uid}', { params: { uid } }),
  remove: (client, uid) => client.call('DELETE /v1/users/{uid}', { params: { uid } }),
}

export const team: Resource = {
  kind: 'team',
  plural: 'teams',
  columns: ['MEMBERS', 'AGE'],
  async list(client) {
    const items: ResourceItem[] = []
    for await (const view of client.list('GET /v1/teams')) {
      items.push(agedItem(view.metadata, view, [String(view.spec?.users?.length ?? 0)]))
    }
    return items
  },
  read: (client, uid) => client.call('GET /v1/teams/{uid}', { params: { uid } }),
  remove: (client, uid) => client.call('DELETE /v1/teams/{uid}', { params: { uid } }),
}

export const role: Resource = {
  kind: 'role',
  plural: 'roles',
  columns: ['SCOPE', 'MADE BY', 'PERMISSIONS'],
  watched: 'Role',
  async list(client) {
    const items: ResourceItem[] = []
    for await (const view of client.list('GET /v1/roles')) {
      const { scope = '', type = '', permissions } = view.spec ?? {}
      items.push(item(view.metadata, view, [scope, type, String(permissions?.length ?? 0)]))
    }
    return items
  },
  read: (client, uid) => client.call('GET /v1/roles/{uid}', { params: { uid } }),
  remove: (client, uid) => client.call('DELETE /v1/roles/{uid}', { params: { uid } }),
}

export const apiKey: Resource = {
  kind: 'apikey',
  plural: 'apikeys',
  columns: ['USER', 'STATE', 'EXPIRES', 'AGE'],
  async list(client) {
    const { items } = await client.call('GET /v1/apiKeys')
    return (items ?? []).map((view) => {
      const { spec, status } = view
      const owner = `${spec?.user?.firstName ?? ''} ${spec?.user?.lastName ?? ''}`.trim()
      const cells = [owner, status?.isActive ? 'active' : 'inactive', expiryOf(spec?.expiry)]
      return agedItem(view.metadata, view, cells)
    })
  },
  read: (client, uid) => client.call('GET /v1/apiKeys/{uid}', { params: { uid } }),
  remove: (client, uid) => client.call('DELETE /v1/apiKeys/{uid}', { params: { uid } }),
}

/** Its own tenant: no other is ever named in a path. */
export const ownTenant = async (client: Client): Promise<string> =>
  (await client.call('GET /v1/users/info')).tenantUid ?? ''
const certs = '/v1/tenants/{tenantUid}/assets/certs'

export const certificate: Resource = {
  kind: 'certificate',
  plural: 'certificates',
  columns: ['AUTHORITY', 'EXPIRES', 'AGE'],
  async list(client) {
    const { items } = await client.call(`GET ${certs}`, { params: { tenantUid: await ownTenant(client) } })
    return (items ?? []).map((view) => {
      const authorities = view.spec?.authorities ?? []
      const [first] = authorities.map(({ notAfter = '' }) => notAfter).toSorted()
      return agedItem(view.metadata, view, [authorities.map(({ subject }) => subject).join('; '), first ?? ''])
    })
  },
  read: async (client, certificateUid) =>
    client.call(`GET ${certs}/{certificateUid}`, { params: { tenantUid: await ownTenant(client), certificateUid } }),
  remove: async (client, certificateUid) =>
    client.call(`DELETE ${certs}/{certificateUid}`, { params: { tenantUid: await ownTenant(client), certificateUid } }),
}

/** Keys without end tell the zero time. */
const expiryOf = (expiry = ''): string => (expiry === '' || expiry.startsWith('0001-') ? 'never' : expiry)

export const tenancyResources: Resource[] = [user, team, role, apiKey, certificate]
