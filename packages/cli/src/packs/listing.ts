import { compareVersions } from '@atrium/pack/format/version.ts'
import { packRepositories, packRepository } from '@atrium/pack/sources/oci/pack-registry.ts'
import { CatalogueError } from '@atrium/pack/sources/oci/types.ts'
import type { PackReference } from './reference.ts'
import type { Registry } from './registry.ts'

/** A pack in a registry, and its versions, newest first. */
export interface ListedPack {
  name: string
  versions: string[]
}

/** Packs of a registry by name, or one of them. */
export async function listPacks(registry: Registry, name?: string): Promise<ListedPack[]> {
  const repositories = name === undefined ? await allRepositories(registry) : [packRepository(registry.base, name)]
  const packs: ListedPack[] = []
  for (const repository of repositories.sort()) {
    const versions = (await registry.client.tags(repository)) ?? []
    const newestFirst = versions.sort((a, b) => compareVersions(b, a))
    if (newestFirst.length > 0)
      packs.push({ name: repository.slice(repository.lastIndexOf('/') + 1), versions: newestFirst })
  }
  return packs
}

async function allRepositories({ client, base, host }: Registry): Promise<string[]> {
  try {
    return packRepositories(await client.repositories(), base)
  } catch (error) {
    if (!(error instanceof CatalogueError)) throw error
    throw new Error(`${host}: ${error.message}. Name the packs.`, { cause: error })
  }
}

/** Where a pack lies, with its tag or digest. Throws when there is no such pack. */
export async function locatePack(
  registry: Registry,
  { name, reference }: PackReference,
): Promise<{ repository: string; reference: string }> {
  const repository = packRepository(registry.base, name)
  if (reference !== null) return { repository, reference }
  const [pack] = await listPacks(registry, name)
  const newest = pack?.versions.find((version) => !version.includes('-')) ?? pack?.versions[0]
  if (newest === undefined) throw new Error(`${registry.url} holds no pack '${name}'.`)
  return { repository, reference: newest }
}
