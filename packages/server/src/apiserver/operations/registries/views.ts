import type {
  v1HelmRegistry,
  v1OciRegistry,
  v1PackRegistry,
  v1RegistryMetadata,
  v1RegistrySyncStatus,
} from '@atrium/api/generated/operations.d.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import type { Catalogue } from '../../../content/catalogue.ts'
import { scopeOf, viewMeta } from '../../shapes/meta.ts'

type Registry = StoredObject<'Registry'>

export const viewMetadata = ({ meta, spec }: Registry): v1RegistryMetadata => ({
  uid: meta.uid,
  name: meta.name,
  kind: spec.type,
  scope: scopeOf(meta),
  isDefault: spec.isDefault,
  isPrivate: spec.isPrivate,
})

/** `isSyncSupported` decides in clients whether packs can be looked up by name. */
export function viewSync({ spec, status }: Registry): v1RegistrySyncStatus {
  const { sync } = status
  return {
    isSyncSupported: spec.type !== 'helm',
    status: sync?.state ?? 'Pending',
    message: sync?.message ?? '',
    ...(sync?.lastRunAt && { lastRunTime: sync.lastRunAt }),
    ...(sync?.lastSuccessAt && { lastSyncedTime: sync.lastSuccessAt }),
  }
}

/** Credentials are never read back here. */
export const viewPackRegistry = (registry: Registry): v1PackRegistry => ({
  apiVersion: 'v1',
  kind: 'PackRegistry',
  metadata: viewMeta(registry.meta),
  spec: {
    name: registry.meta.name,
    endpoint: registry.spec.endpoint,
    private: registry.spec.isPrivate,
    registryUid: registry.meta.uid,
    scope: scopeOf(registry.meta),
    auth: { type: 'noAuth' },
  },
  status: { packSyncStatus: viewSync(registry) },
})

export const viewHelmRegistry = (registry: Registry): v1HelmRegistry => ({
  apiVersion: 'v1',
  kind: 'HelmRegistry',
  metadata: viewMeta(registry.meta),
  spec: {
    name: registry.meta.name,
    endpoint: registry.spec.endpoint,
    isPrivate: registry.spec.isPrivate,
    registryUid: registry.meta.uid,
    scope: scopeOf(registry.meta),
    auth: { type: 'noAuth' },
  },
})

export const viewOciRegistry = (registry: Registry): v1OciRegistry => ({
  metadata: viewMeta(registry.meta),
  spec: {
    endpoint: registry.spec.endpoint,
    isPrivate: registry.spec.isPrivate,
    providerType: 'pack',
    registryType: 'basic',
    scope: scopeOf(registry.meta),
  },
  status: { sync: viewSync(registry) },
})

/** The registry, or `ResourceNotFound`: also for what is no uid at all, because clients look up by name this way. */
export async function getRegistry(catalogue: Catalogue, uid: string): Promise<Registry> {
  const registry = await catalogue.registry(uid)
  if (registry) return registry
  throw new AtriumError('ResourceNotFound', `Registry '${uid}' is not found. GET /v1/registries/metadata lists them.`)
}
