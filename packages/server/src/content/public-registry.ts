import type { RegistrySpec } from '@atrium/api/kinds/registry.ts'
import { type Store, systemTenant } from '@atrium/runtime/store/store.ts'
import { contentActor, derivedUid } from './tenant.ts'

/** The name clients look up for the platform's own registry. */
export const publicRegistryName = 'Public Repo'
export const publicRegistryUid = derivedUid('registry', publicRegistryName)

/** Makes or corrects the object of the platform's registry, and asks for a run of its sync. */
export async function ensurePublicRegistry(store: Store, registry: { url: string; caBundle: string }): Promise<void> {
  const spec: RegistrySpec = {
    type: 'pack',
    endpoint: registry.url,
    caBundle: registry.caBundle,
    isDefault: true,
    isPrivate: false,
  }
  await store.transaction(systemTenant, contentActor, async (tx) => {
    const existing = await tx.get('Registry', publicRegistryUid)
    if (existing === null) {
      await tx.create({ kind: 'Registry', uid: publicRegistryUid, project: null, name: publicRegistryName, spec })
    } else await tx.update('Registry', publicRegistryUid, { spec })
    await tx.enqueue('Registry', publicRegistryUid)
  })
}
