import type { Client } from '@atrium/client/client.ts'
import { listEvents } from '../clusters/events.ts'
import { listClusters } from '../clusters/find.ts'
import { formatAge } from '../output/table.ts'
import { agedItem, item, type Resource, type ResourceItem } from './resource.ts'

const cluster: Resource = {
  kind: 'cluster',
  plural: 'clusters',
  columns: ['STATE', 'HEALTH', 'CLOUD', 'AGE'],
  watched: 'Cluster',
  async list(client) {
    const items: ResourceItem[] = []
    for await (const view of listClusters(client)) {
      const { state = 'Unknown', health } = view.status ?? {}
      const cloud = view.specSummary?.cloudConfig?.cloudType ?? ''
      items.push(agedItem(view.metadata, view, [state, health?.state ?? 'Unknown', cloud]))
    }
    return items
  },
  read: (client, uid) => client.call('GET /v1/spectroclusters/{uid}', { params: { uid } }),
}

const profile: Resource = {
  kind: 'profile',
  plural: 'profiles',
  columns: ['VERSION', 'CLOUD'],
  watched: 'ClusterProfile',
  async list(client) {
    const { items } = await client.call('GET /v1/dashboard/clusterprofiles/metadata')
    return (items ?? []).map((view) =>
      item(view.metadata, view, [view.spec?.version ?? '', view.spec?.cloudType ?? '']),
    )
  },
  read: (client, uid) => client.call('GET /v1/clusterprofiles/{uid}', { params: { uid } }),
}

const project: Resource = {
  kind: 'project',
  plural: 'projects',
  columns: [],
  watched: 'Project',
  async list(client) {
    const { items } = await client.call('GET /v1/dashboard/projects/metadata', { project: null })
    return (items ?? []).map((view) => item(view.metadata, view, []))
  },
  read: (client, uid) => client.call('GET /v1/projects/{uid}', { params: { uid } }),
}

const account: Resource = {
  kind: 'account',
  plural: 'accounts',
  columns: ['CLOUD', 'AGE'],
  watched: 'CloudAccount',
  async list(client) {
    return (await readAccounts(client)).map((view) => agedItem(view.metadata, view, [view.kind ?? '']))
  },
  read: async (client, uid) => (await readAccounts(client)).find(({ metadata }) => metadata?.uid === uid),
}

const readAccounts = async (client: Client) =>
  (await client.call('GET /v1/cloudaccounts/summary', { query: { limit: 0 } })).items ?? []

const event: Resource = {
  kind: 'event',
  plural: 'events',
  title: 'CLUSTER',
  columns: ['AGE', 'SEVERITY', 'REASON', 'ABOUT', 'MESSAGE'],
  watched: 'Cluster',
  async list(client) {
    const items: ResourceItem[] = []
    for await (const { metadata } of listClusters(client)) {
      for (const view of await listEvents(client, metadata?.uid ?? '')) {
        const { severity = '', reason = '', involvedObject, message = '' } = view
        items.push({
          uid: view.metadata?.uid ?? '',
          name: metadata?.name ?? '',
          cells: (nowMs) => [
            formatAge(view.metadata?.creationTimestamp, nowMs),
            ...[severity, reason, involvedObject?.name ?? '', message],
          ],
          view,
        })
      }
    }
    return items
  },
}

export const fleetResources: Resource[] = [cluster, profile, project, account, event]
