import type { Client } from '@atrium/client/client.ts'

export interface ProjectRef {
  uid: string
  name: string
}

export async function listProjects(client: Client): Promise<ProjectRef[]> {
  const { items } = await client.call('GET /v1/dashboard/projects/metadata', { project: null })
  return (items ?? []).map(({ metadata }) => ({ uid: metadata?.uid ?? '', name: metadata?.name ?? '' }))
}

/** The project of this name or uid. Throws naming those there are. */
export async function findProject(client: Client, nameOrUid: string): Promise<ProjectRef> {
  const all = await listProjects(client)
  const found = all.find(({ uid, name }) => uid === nameOrUid || name === nameOrUid)
  if (found) return found
  throw new Error(`There is no project '${nameOrUid}'. There are: ${all.map(({ name }) => name).join(', ')}.`)
}
