import { join } from 'node:path'
import { systemTenant } from '@atrium/runtime/store/store.ts'
import { publicRegistryUid } from '@atrium/server/content/public-registry.ts'
import { type PushedPack, pushShippedPacks } from '@atrium/server/content/push-shipped.ts'
import { contentActor } from '@atrium/server/content/tenant.ts'
import type { Installation } from '@atrium/server/context.ts'

/** The packs that come with this version. */
export const shippedPacksFolder = join(import.meta.dirname, '../../../../packs')
const SYNC_LIMIT_MS = 60_000

/** Brings the shipped packs into the platform's registry and waits until they can be chosen. Answers how many there are. */
export const publishShippedPacks = async (installation: Installation, registryUrl: string): Promise<number> => {
  const { content } = installation
  if (content.platformClient === null) return 0
  const packs = await pushShippedPacks(shippedPacksFolder, { url: registryUrl, client: content.platformClient })
  // A run that is under way may have listed the registry between two pushes: its success alone says nothing.
  if (!(await areInCatalogue(installation, packs))) {
    await content.ensurePublicRegistry()
    await untilInCatalogue(installation, packs)
  }
  return packs.length
}

const areInCatalogue = async ({ store }: Installation, packs: readonly PushedPack[]): Promise<boolean> => {
  const where = { registryUid: publicRegistryUid }
  const { items } = await store.transaction(systemTenant, contentActor, (tx) => tx.list('Pack', { where }))
  const known = new Set(items.map(({ spec }) => spec.digest))
  return packs.every(({ digest }) => known.has(digest))
}

const untilInCatalogue = async (installation: Installation, packs: readonly PushedPack[]): Promise<void> => {
  const { clock } = installation
  const endMs = clock.now() + SYNC_LIMIT_MS
  while (!(await areInCatalogue(installation, packs))) {
    if (clock.now() > endMs)
      throw new Error(`The pack catalogue was not read from the registry in time: ${await lastRun(installation)}`)
    await clock.sleep(50)
  }
}

const lastRun = async ({ store }: Installation): Promise<string> => {
  const registry = await store.transaction(systemTenant, contentActor, (tx) => tx.get('Registry', publicRegistryUid))
  return registry?.status.sync?.message ?? 'it was not tried.'
}
