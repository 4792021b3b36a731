import { join } from 'node:path'
import { listPackDirectories, readPackDirectory } from '@atrium/pack/sources/directory.ts'
import { packArchive } from '@atrium/pack/sources/load.ts'
import { packRepository } from '@atrium/pack/sources/oci/pack-registry.ts'
import { digestOf } from '@atrium/pack/sources/oci/types.ts'
import { entryOf } from '@atrium/pack/sources/summary.ts'
import { type Store, systemTenant } from '@atrium/runtime/store/store.ts'
import { packSpecOf } from '@atrium/server/content/pack-spec.ts'
import { ensurePublicRegistry, publicRegistryUid } from '@atrium/server/content/public-registry.ts'
import { contentActor, derivedUid } from '@atrium/server/content/tenant.ts'

/** Uid of a shipped pack in the catalogue. */
export const shippedPackUid = (name: string, version: string): string =>
  derivedUid('pack', publicRegistryUid, name, version)

/** Fills the shared catalogue with the shipped packs as a sync would, without a registry. */
export async function seedCatalogue(store: Store): Promise<void> {
  await ensurePublicRegistry(store, { url: 'https://registry.test:5000', caBundle: '' })
  for (const folder of await listPackDirectories(join(import.meta.dirname, '../../../packs'))) {
    const { pack, archive } = await packArchive(await readPackDirectory(folder))
    const { name, version } = pack.manifest
    const place = { registryUid: publicRegistryUid, repository: packRepository('', name), digest: digestOf(archive) }
    await store.transaction(systemTenant, contentActor, (tx) =>
      tx.create({
        kind: 'Pack',
        uid: shippedPackUid(name, version),
        project: null,
        name,
        owner: { kind: 'Registry', uid: publicRegistryUid },
        spec: packSpecOf(entryOf(pack), place),
      }),
    )
  }
}
