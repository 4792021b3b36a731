import type {
  v1AwsCloudAccount,
  v1BasicOciRegistry,
  v1EcrRegistry,
  v1HelmRegistry,
  v1OciRegistry,
  v1OciRegistryEntity,
  v1PackRegistry,
  v1RegistryAuth,
  v1RegistryMetadata,
  v1RegistrySyncStatus,
  v1TlsConfiguration,
} from '@atrium/api/generated/operations.d.ts'
import type { RegistrySpec } from '@atrium/api/kinds/registry.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { canOn, type Subject } from '../../../auth/rights/subject.ts'
import type { Catalogue } from '../../../content/catalogue.ts'
import { type RegistrySecrets, readSecrets, registryAuthField } from '../../../content/registry-client.ts'
import { maskedValue } from '../../shapes/masked.ts'
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

const isSyncSupported = ({ isSyncOff, oci }: RegistrySpec): boolean => !isSyncOff && oci?.provider !== 'zarf'

/** `isSyncSupported` decides in clients whether packs can be looked up by name. */
export function viewSync({ spec, status }: Registry): v1RegistrySyncStatus {
  const { sync } = status
  return {
    isSyncSupported: isSyncSupported(spec),
    status: sync?.state ?? 'Pending',
    message: sync?.message ?? '',
    ...(sync?.lastRunAt && { lastRunTime: sync.lastRunAt }),
    ...(sync?.lastSuccessAt && { lastSyncedTime: sync.lastSuccessAt }),
  }
}

const endpointOf = ({ shownEndpoint, endpoint }: RegistrySpec): string => shownEndpoint ?? endpoint

/** Clients take it for granted that this is there. */
const viewTls = ({ caBundle, isTlsShown }: RegistrySpec): v1TlsConfiguration => ({
  enabled: isTlsShown ?? false,
  certificate: caBundle,
  insecureSkipVerify: false,
})

function viewAuth(
  spec: RegistrySpec,
  { password = maskedValue, token = maskedValue }: RegistrySecrets,
): v1RegistryAuth {
  const tls = viewTls(spec)
  const { type, username } = spec.auth ?? {}
  if (type === 'basic') return { type, username: username ?? '', password, tls }
  return type === 'token' ? { type, ...(username && { username }), token, tls } : { type: 'noAuth', tls }
}

/** Secrets are masked, unless they are handed in. */
export const viewPackRegistry = (registry: Registry, secrets: RegistrySecrets = {}): v1PackRegistry => ({
  apiVersion: 'v1',
  kind: 'PackRegistry',
  metadata: viewMeta(registry.meta),
  spec: {
    name: registry.meta.name,
    endpoint: endpointOf(registry.spec),
    private: registry.spec.isPrivate,
    registryUid: registry.meta.uid,
    scope: scopeOf(registry.meta),
    auth: viewAuth(registry.spec, secrets),
  },
  status: { packSyncStatus: viewSync(registry) },
})

export const viewHelmRegistry = (registry: Registry, secrets: RegistrySecrets = {}): v1HelmRegistry => ({
  apiVersion: 'v1',
  kind: 'HelmRegistry',
  metadata: viewMeta(registry.meta),
  spec: {
    name: registry.meta.name,
    endpoint: endpointOf(registry.spec),
    isPrivate: registry.spec.isPrivate,
    registryUid: registry.meta.uid,
    scope: scopeOf(registry.meta),
    auth: viewAuth(registry.spec, secrets),
  },
  status: { helmSyncStatus: viewSync(registry) },
})

export const viewOciRegistry = (registry: Registry): v1OciRegistry => ({
  metadata: viewMeta(registry.meta),
  spec: {
    endpoint: endpointOf(registry.spec),
    isPrivate: registry.spec.isPrivate,
    providerType: registry.spec.oci?.provider ?? 'pack',
    registryType: registry.spec.oci?.registryType ?? 'basic',
    scope: scopeOf(registry.meta),
  },
  status: { sync: viewSync(registry) },
})

/** Of a registry of kind pack or helm: each has its own word for "private". */
export const viewSummary = (registry: Registry) => ({
  metadata: viewMeta(registry.meta),
  spec: {
    endpoint: endpointOf(registry.spec),
    ...(registry.spec.type === 'helm' ? { isPrivate: registry.spec.isPrivate } : { private: registry.spec.isPrivate }),
    scope: scopeOf(registry.meta),
  },
  status: { sync: viewSync(registry) },
})

const ociParts = ({ meta, spec }: Registry) => ({
  endpoint: endpointOf(spec),
  providerType: spec.oci?.provider ?? 'pack',
  baseContentPath: spec.oci?.baseContentPath ?? '',
  isSyncSupported: isSyncSupported(spec),
  registryUid: meta.uid,
  scope: scopeOf(meta),
})

/** Secrets are always masked: clients keep their own. */
export const viewBasicOci = (registry: Registry): v1BasicOciRegistry => ({
  kind: 'BasicOciRegistry',
  metadata: viewMeta(registry.meta),
  spec: { ...ociParts(registry), basePath: registry.spec.oci?.basePath ?? '', auth: viewAuth(registry.spec, {}) },
  status: { syncStatus: viewSync(registry) },
})

/** Of Amazon's registries there is nothing to show of how one signs in: keys have a view of their own. */
export const viewOci = ({ meta, spec }: Registry): v1OciRegistryEntity => ({
  endpoint: endpointOf(spec),
  type: spec.oci?.registryType ?? 'basic',
  providerType: spec.oci?.provider ?? 'pack',
  scope: scopeOf(meta),
  ...(spec.oci?.registryType === 'ecr' ? { defaultRegion: spec.auth?.region ?? '' } : { auth: viewAuth(spec, {}) }),
})

export function viewEcr(registry: Registry): v1EcrRegistry {
  const { auth, isPrivate } = registry.spec
  return {
    kind: 'EcrRegistry',
    metadata: viewMeta(registry.meta),
    spec: {
      ...ociParts(registry),
      isPrivate,
      credentials: viewKeys(auth),
      ...(auth && { defaultRegion: auth.region ?? '' }),
      // Clients always send one, and compare what they read with a setting that is seldom there.
      ...(registry.spec.caBundle !== '' && { tls: viewTls(registry.spec) }),
    },
    status: { syncStatus: viewSync(registry) },
  }
}

/** Clients read on below it, so it is there for a public registry too, which needs no keys. */
function viewKeys(auth: RegistrySpec['auth']): v1AwsCloudAccount {
  if (auth?.role) return { credentialType: 'sts', sts: auth.role }
  return { credentialType: 'secret', ...(auth && { accessKey: auth.accessKey ?? '', secretKey: maskedValue }) }
}

/** The registry's secrets in clear, for those who may change it: clients compare them with what they sent. */
export async function shownSecrets(tx: Tx, subject: Subject, { meta }: Registry): Promise<RegistrySecrets> {
  if (meta.tenant !== subject.tenant || !canOn(subject, 'packRegistry.update', meta)) return {}
  return readSecrets(await tx.getSecret({ kind: 'Registry', uid: meta.uid }, registryAuthField))
}

/** The registry, or `ResourceNotFound`: also for what is no uid at all, because clients look up by name this way. */
export async function getRegistry(catalogue: Catalogue, uid: string): Promise<Registry> {
  const registry = await catalogue.registry(uid)
  if (registry) return registry
  throw notFound(uid)
}

/** As `getRegistry`, of this kind only: clients ask for both with a name. */
export async function getOci(catalogue: Catalogue, uid: string, registryType: 'basic' | 'ecr'): Promise<Registry> {
  const registry = await catalogue.registry(uid)
  if (registry?.spec.type === 'oci' && (registry.spec.oci?.registryType ?? 'basic') === registryType) return registry
  throw notFound(uid)
}

export const notFound = (uid: string): AtriumError =>
  new AtriumError('ResourceNotFound', `Registry '${uid}' is not found. GET /v1/registries/metadata lists them.`)
