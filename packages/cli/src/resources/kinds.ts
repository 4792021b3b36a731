import type { Client } from '@atrium/client/client.ts'
import { listClusters } from '../clusters/find.ts'
import { formatAge } from '../output/table.ts'

/** One object in a list. */
export interface ResourceItem {
  uid: string
  name: string
  cells(nowMs: number): string[]
  /** As the API shows it. */
  view: unknown
}

/** A kind that `get` and `describe` know. */
export interface Resource {
  kind: string
  plural: string
  columns: string[]
  list(client: Client): Promise<ResourceItem[]>
  /** The whole object. */
  read(client: Client, uid: string): Promise<unknown>
}

interface Meta {
  uid?: string | undefined
  name?: string | undefined
  creationTimestamp?: string | undefined
}

const item = (metadata: Meta | undefined, view: unknown, cells: string[]): ResourceItem => ({
  uid: metadata?.uid ?? '',
  name: metadata?.name ?? '',
  cells: () => cells,
  view,
})

/** Of a list that tells when its objects were made; the column AGE comes last. */
const agedItem = (metadata: Meta | undefined, view: unknown, cells: string[]): ResourceItem => ({
  ...item(metadata, view, cells),
  cells: (nowMs) => [...cells, formatAge(metadata?.creationTimestamp, nowMs)],
})

const resources: Resource[] = [
  {
    kind: 'cluster',
    plural: 'clusters',
    columns: ['STATE', 'HEALTH', 'CLOUD', 'AGE'],
    async list(client) {
      const items: ResourceItem[] = []
      for await (const view of listClusters(client)) {
        const { state = 'Unknown', health } = view.status ?? {}
        items.push(
          agedItem(view.metadata, view, [
            state,
            health?.state ?? 'Unknown',
            view.specSummary?.cloudConfig?.cloudType ?? '',
          ]),
        )
      }
      return items
    },
    read: (client, uid) => client.call('GET /v1/spectroclusters/{uid}', { params: { uid } }),
  },
  {
    kind: 'profile',
    plural: 'profiles',
    columns: ['VERSION', 'CLOUD'],
    async list(client) {
      const { items } = await client.call('GET /v1/dashboard/clusterprofiles/metadata')
      return (items ?? []).map((view) =>
        item(view.metadata, view, [view.spec?.version ?? '', view.spec?.cloudType ?? '']),
      )
    },
    read: (client, uid) => client.call('GET /v1/clusterprofiles/{uid}', { params: { uid } }),
  },
  {
    kind: 'project',
    plural: 'projects',
    columns: [],
    async list(client) {
      const { items } = await client.call('GET /v1/dashboard/projects/metadata', { project: null })
      return (items ?? []).map((view) => item(view.metadata, view, []))
    },
    read: (client, uid) => client.call('GET /v1/projects/{uid}', { params: { uid } }),
  },
  {
    kind: 'pack',
    plural: 'packs',
    columns: ['VERSION', 'LAYER', 'AGE'],
    async list(client) {
      const { items } = await client.call('GET /v1/packs', { query: { limit: 0 } })
      return (items ?? []).map((view) =>
        agedItem({ ...view.metadata, name: view.spec?.name }, view, [view.spec?.version ?? '', view.spec?.layer ?? '']),
      )
    },
    read: (client, uid) => client.call('GET /v1/packs/{uid}', { params: { uid } }),
  },
  {
    kind: 'account',
    plural: 'accounts',
    columns: ['CLOUD', 'AGE'],
    async list(client) {
      const { items } = await client.call('GET /v1/cloudaccounts/summary', { query: { limit: 0 } })
      return (items ?? []).map((view) => agedItem(view.metadata, view, [view.kind ?? '']))
    },
    read: async (client, uid) => {
      const { items } = await client.call('GET /v1/cloudaccounts/summary', { query: { limit: 0 } })
      return items?.find(({ metadata }) => metadata?.uid === uid)
    },
  },
]

export const resourceKinds = resources.map(({ kind }) => kind)

/** The kind of that name, in singular or plural. Throws naming those there are. */
export function resourceOf(name: string): Resource {
  const resource = resources.find(({ kind, plural }) => name === kind || name === plural)
  if (resource) return resource
  throw new Error(`There is no kind '${name}'. There are: ${resourceKinds.join(', ')}.`)
}
