import type { v1Event } from '@atrium/api/generated/operations.d.ts'
import type { Client } from '@atrium/client/client.ts'
import { listEvents } from '../clusters/events.ts'
import { listClusters, readOverview } from '../clusters/find.ts'
import { formatAge } from '../output/table.ts'
import { agedItem, item, type Resource, type ResourceItem, versioned } from './resource.ts'

export const cluster: Resource = {
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
  read: readCluster,
}

export const profile: Resource = {
  kind: 'profile',
  plural: 'profiles',
  columns: ['VERSION', 'CLOUD'],
  watched: 'ClusterProfile',
  async list(client) {
    const { items } = await client.call('GET /v1/dashboard/clusterprofiles/metadata')
    return (items ?? []).map((view) =>
      versioned(view.spec?.version, item(view.metadata, view, [view.spec?.version ?? '', view.spec?.cloudType ?? ''])),
    )
  },
  read: (client, uid) => client.call('GET /v1/clusterprofiles/{uid}', { params: { uid } }),
  remove: (client, uid) => client.call('DELETE /v1/clusterprofiles/{uid}', { params: { uid } }),
}

export const project: Resource = {
  kind: 'project',
  plural: 'projects',
  columns: [],
  watched: 'Project',
  async list(client) {
    const { items } = await client.call('GET /v1/dashboard/projects/metadata', { project: null })
    return (items ?? []).map((view) => item(view.metadata, view, []))
  },
  read: (client, uid) => client.call('GET /v1/projects/{uid}', { params: { uid } }),
  remove: (client, uid) => client.call('DELETE /v1/projects/{uid}', { params: { uid }, body: {} }),
}

export const account: Resource = {
  kind: 'account',
  plural: 'accounts',
  columns: ['CLOUD', 'AGE'],
  watched: 'CloudAccount',
  async list(client) {
    return (await readAccounts(client)).map((view) => agedItem(view.metadata, view, [view.kind ?? '']))
  },
  read: readAccount,
  async remove(client, uid) {
    const cloudType = (await readAccount(client, uid))?.kind ?? ''
    await client.call('DELETE /v1/cloudaccounts/cloudTypes/{cloudType}/{uid}', { params: { cloudType, uid } })
  },
}

async function readAccount(client: Client, uid: string) {
  return (await readAccounts(client)).find(({ metadata }) => metadata?.uid === uid)
}

const readAccounts = async (client: Client) =>
  (await client.call('GET /v1/cloudaccounts/summary', { query: { limit: 0 } })).items ?? []

export const event: Resource = {
  kind: 'event',
  plural: 'events',
  title: 'CLUSTER',
  columns: ['AGE', 'SEVERITY', 'REASON', 'ABOUT', 'MESSAGE'],
  watched: 'Cluster',
  // What Kubernetes reports changes no object of the server.
  lookAgainMs: 10_000,
  async list(client) {
    const items: ResourceItem[] = []
    for await (const { metadata } of listClusters(client))
      items.push(...(await eventItems(client, { uid: metadata?.uid ?? '', name: metadata?.name ?? '' })))
    // Each cluster tells its own newest first.
    return items.toSorted((one, other) => atMs(other) - atMs(one))
  },
}

/** Events of one cluster, newest first. */
export const eventItems = async (
  client: Client,
  { uid, name }: { uid: string; name: string },
): Promise<ResourceItem[]> =>
  (await listEvents(client, uid)).map((view) => {
    const { severity = '', reason = '', involvedObject, message = '' } = view
    return {
      ...{ uid: view.metadata?.uid ?? '', name, view },
      cells: (nowMs) => [
        formatAge(view.metadata?.creationTimestamp, nowMs),
        ...[severity, reason, involvedObject?.name ?? '', message],
      ],
    }
  })

const atMs = ({ view }: ResourceItem): number => Date.parse((view as v1Event).metadata?.creationTimestamp ?? '')

export const fleetResources: Resource[] = [cluster, profile, project, account, event]

/** With every condition: the cluster itself shows only those that say whether it serves. */
async function readCluster(client: Client, uid: string): Promise<unknown> {
  const [cluster, overview] = await Promise.all([
    client.call('GET /v1/spectroclusters/{uid}', { params: { uid } }),
    readOverview(client, uid),
  ])
  return { ...cluster, status: { ...cluster.status, conditions: overview.status?.conditions } }
}
