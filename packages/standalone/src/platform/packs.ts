import { join } from 'node:path'
import { publicRegistryUid } from '@atrium/server/content/public-registry.ts'
import { pushShippedPacks } from '@atrium/server/content/push-shipped.ts'
import { contentActor, systemTenant } from '@atrium/server/content/tenant.ts'
import type { Installation } from '@atrium/server/context.ts'

/** The packs that come with this version. */
export const shippedPacksFolder = join(import.meta.dirname, '../../../../packs')
const SYNC_LIMIT_MS = 60_000

/** Brings the shipped packs into the platform's registry and waits until they can be chosen. Answers how many there are. */
export const publishShippedPacks = async (installation: Installation, registryUrl: string): Promise<number> => {
  const { content, clock } = installation
  if (content.platformClient === null) return 0
  const beganMs = clock.now()
  const packs = await pushShippedPacks(shippedPacksFolder, { url: registryUrl, client: content.platformClient })
  if (packs.some(({ pushed }) => pushed) || (await lastSyncMs(installation)) === null) {
    await content.ensurePublicRegistry()
    await untilSynced(installation, beganMs)
  }
  return packs.length
}

const lastSyncMs = async ({ store }: Installation): Promise<number | null> => {
  const registry = await store.transaction(systemTenant, contentActor, (tx) => tx.get('Registry', publicRegistryUid))
  const at = registry?.status.sync?.lastSuccessAt
  return at ? Date.parse(at) : null
}

const untilSynced = async (installation: Installation, sinceMs: number): Promise<void> => {
  const { clock } = installation
  const endMs = clock.now() + SYNC_LIMIT_MS
  while (((await lastSyncMs(installation)) ?? 0) < sinceMs) {
    if (clock.now() > endMs)
      throw new Error('The pack catalogue was not read from the registry in time: see the log of the registry.')
    await clock.sleep(50)
  }
}
