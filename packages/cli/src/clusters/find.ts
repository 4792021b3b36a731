import type { v1SpectroClusterSummary, v1SpectroClusterUidSummary } from '@atrium/api/generated/operations.d.ts'
import type { Client } from '@atrium/client/client.ts'

/** Uid of the cluster of this name or uid. Throws naming those there are when it is not found. */
export async function findCluster(client: Client, nameOrUid: string): Promise<{ uid: string; name: string }> {
  const found: { uid: string; name: string }[] = []
  for await (const { metadata } of listClusters(client))
    found.push({ uid: metadata?.uid ?? '', name: metadata?.name ?? '' })
  const cluster = found.find(({ uid, name }) => uid === nameOrUid || name === nameOrUid)
  if (cluster) return cluster
  const names = found.map(({ name }) => name).join(', ')
  throw new Error(`There is no cluster '${nameOrUid}'. ${names ? `There are: ${names}.` : 'There are none.'}`)
}

/** Every cluster of the project. */
export async function* listClusters(client: Client): AsyncGenerator<v1SpectroClusterSummary> {
  let token = ''
  do {
    const page = await client.call('POST /v1/dashboard/spectroclusters/search', {
      body: {},
      query: { limit: 200, ...(token && { continue: token }) },
    })
    yield* page.items ?? []
    token = page.listmeta?.continue ?? ''
  } while (token)
}

export const readOverview = (client: Client, uid: string): Promise<v1SpectroClusterUidSummary> =>
  client.call('GET /v1/dashboard/spectroclusters/{uid}/overview', { params: { uid } })
