import type { RegistrySpec } from '@atrium/api/kinds/registry.ts'
import { PackReader } from '@atrium/pack/confined/pack-reader.ts'
import type { OciClient } from '@atrium/pack/sources/oci/client.ts'
import { basePathOf } from '@atrium/pack/sources/oci/pack-registry.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import { findWall, type Isolation } from '@atrium/runtime/confined/wall.ts'
import type { Reconciler } from '@atrium/runtime/controller/reconciler.ts'
import { type Store, type StoredObject, systemTenant } from '@atrium/runtime/store/store.ts'
import { egressOfTenants } from '../auth/tenants/egress.ts'
import { checkRegistry } from './check-registry.ts'
import type { CollectTimes } from './collect-packs.ts'
import { mustBeKeptIn } from './isolation.ts'
import { readWanted, type WantedPack } from './on-demand.ts'
import { folderAddress } from './origins/folder-packs.ts'
import { OciPacks } from './origins/oci-packs.ts'
import { openOrigin } from './origins/open-origin.ts'
import type { Origin } from './origins/origin.ts'
import { ensurePublicRegistry, publicRegistryUid } from './public-registry.ts'
import {
  platformClient,
  type RegistryClientDeps,
  type RegistrySecrets,
  readSecrets,
  registryAuthField,
} from './registry-client.ts'
import { RegistryReconciler } from './registry-reconciler.ts'
import { createRegistryTokens, type RegistryTokens } from './registry-tokens.ts'
import { contentActor } from './tenant.ts'

export const registryTokenIssuer = 'atrium'
/** Name the platform's registry calls itself in its challenges. */
export const registryTokenService = 'atrium-registry'

export interface ContentOptions extends RegistryClientDeps {
  store: Store
  logger: Logger
  /** The platform's own registry; null = tenants' registries only. */
  registry: { url: string; caBundle: string; tokenKey: Secret<string> } | null
  /** Whether packs of tenants are read where this system keeps no reader in; `required` unless given. */
  isolation?: Isolation
  syncEveryMs?: number
  syncRetryMs?: number
  /** When packs go that nobody uses. */
  collectTimes?: CollectTimes
  /** Uids of all tenants: any may use what tenant `system` shares. */
  tenants(): Promise<string[]>
}

/** Packs and where they come from. */
export interface Content {
  /** Null without a registry of the platform's own. */
  readonly registryTokens: RegistryTokens | null
  /** For the controller manager. */
  readonly reconciler: Reconciler
  /** Client of the platform's registry, with every right. Null without one. */
  readonly platformClient: OciClient | null
  /** Tries a registry of the tenant before it is saved. Throws `InvalidRequest` that names the field. */
  checkRegistry: (tenant: string, spec: RegistrySpec, secrets: RegistrySecrets) => Promise<void>
  /** Reads what a layer names of a registry that is not synchronised. Answers why it is not to be had; null once it is in the catalogue. */
  fetchPack: (registry: StoredObject<'Registry'>, wanted: WantedPack) => Promise<string | null>
  /** Makes the registry `Public Repo` known and asks for its sync; at each start of a server. */
  ensurePublicRegistry(): Promise<void>
  /** A pull-only token of one cluster's agent for one repository. The caller has checked that the cluster needs it. */
  issueAgentToken(clusterUid: string, repository: string): Promise<{ token: string; expiresAt: string }>
  /** Ends the processes that read packs. */
  close(): void
}

const hourMs = 3_600_000
/** Somebody waits for it. */
const fetchLimitMs = 50_000
const collectTimes: CollectTimes = { keepMs: 7 * 24 * hourMs, settleMs: hourMs }

export function createContent(options: ContentOptions): Content {
  const { store, clock, random, logger, registry } = options
  const tokens = registry
    ? createRegistryTokens({
        privateKeyPem: registry.tokenKey,
        issuer: registryTokenIssuer,
        service: registryTokenService,
        clock,
        random,
      })
    : null
  const platform = registry && tokens ? platformClient(registry, tokens, options) : null
  const reader = new PackReader(findWall(), clock)
  const deps = { ...options, reader }
  const egressOf = egressOfTenants(store, options.egress)
  const isolation = options.isolation ?? 'required'
  /** The platform's packs, and those in its folder, are the operator's own. */
  const mustBeReadable = ({ endpoint }: RegistrySpec): void => {
    if (folderAddress(endpoint) === null) mustBeKeptIn(reader.wall, isolation)
  }
  const isPlatform = ({ meta }: StoredObject<'Registry'>): boolean =>
    meta.tenant === systemTenant && meta.uid === publicRegistryUid
  const originFor = async (object: StoredObject<'Registry'>): Promise<Origin | null> => {
    if (isPlatform(object)) return platform && new OciPacks(platform, basePathOf(object.spec.endpoint), null, reader)
    return object.spec.isSyncOff || object.spec.oci?.provider === 'zarf' ? null : open(object)
  }
  const open = async (object: StoredObject<'Registry'>): Promise<Origin> => {
    mustBeReadable(object.spec)
    const ref = { kind: 'Registry', uid: object.meta.uid }
    const auth = await store.transaction(object.meta.tenant, contentActor, (tx) => tx.getSecret(ref, registryAuthField))
    // Whatever stands in its specification: no tenant's registry is a folder of this machine.
    const packFolder = object.meta.tenant === systemTenant ? (options.packFolder ?? null) : null
    const egress = await egressOf(object.meta.tenant)
    return openOrigin(object.spec, readSecrets(auth), { ...deps, egress, packFolder })
  }
  const keeperFor = (object: StoredObject<'Registry'>): OciClient | null => (isPlatform(object) ? null : platform)
  const fetch = async (registry: StoredObject<'Registry'>, wanted: WantedPack): Promise<string | null> => {
    const origin = await open(registry)
    const from = { store, clock, keeper: keeperFor(registry) }
    const signal = AbortSignal.timeout(fetchLimitMs)
    return readWanted(from, registry, origin, wanted, signal).finally(() => origin.close())
  }
  /** Those that are read now: many profiles may name one chart at once. */
  const fetching = new Map<string, Promise<string | null>>()
  return {
    registryTokens: tokens,
    platformClient: platform,
    async checkRegistry(tenant, spec, secrets) {
      if (platform === null)
        throw new AtriumError(
          'InvalidState',
          'This installation has no registry of its own (ATRIUM_REGISTRY_URL), where packs of other registries are kept for agents.',
        )
      mustBeReadable(spec)
      await checkRegistry(spec, secrets, { ...deps, egress: await egressOf(tenant) })
    },
    reconciler: new RegistryReconciler({
      store,
      clock,
      logger,
      originFor,
      keeperFor,
      usersOf: async ({ meta }) =>
        meta.tenant === systemTenant ? [systemTenant, ...(await options.tenants())] : [meta.tenant],
      times: options.collectTimes ?? collectTimes,
      everyMs: options.syncEveryMs ?? hourMs,
      retryMs: options.syncRetryMs ?? 30_000,
    }),
    fetchPack(registry, wanted) {
      const key = JSON.stringify([registry.meta.uid, wanted.name, wanted.tag])
      const running = fetching.get(key) ?? fetch(registry, wanted).finally(() => fetching.delete(key))
      fetching.set(key, running)
      return running
    },
    async ensurePublicRegistry() {
      if (registry) await ensurePublicRegistry(store, registry)
    },
    async issueAgentToken(clusterUid, repository) {
      if (tokens === null) throw new Error('There is no registry that this server issues tokens for.')
      const subject = `cluster:${clusterUid}`
      const { token, expiresAt } = await tokens.issueRegistryToken({ repository, actions: ['pull'], subject })
      return { token: token.reveal(), expiresAt }
    },
    close: () => reader.close(),
  }
}
