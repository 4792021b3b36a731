import type { AccountAccess } from '@atrium/provider-contract/provider.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Store, Tx } from '@atrium/runtime/store/store.ts'
import type { PackLocation, ResolveContext } from '../../content/resolve.ts'
import { failure, PhaseFailure } from './failure.ts'
import { clusterActor, type Scope } from './scope.ts'

/** Shared content (packs and registries of the installation) lives in this tenant. */
export const systemTenant = 'system'

/** The account with its credentials opened. Throws `PhaseFailure` when it or one of its credentials is missing. */
export function openAccount(scope: Scope, credentialKeys: readonly string[]): Promise<AccountAccess> {
  return scope.transaction(async (tx) => {
    const uid = scope.cluster.spec.cloudAccountUid
    const account = uid === '' ? null : await tx.get('CloudAccount', uid)
    if (!account && (uid !== '' || credentialKeys.length > 0))
      throw new PhaseFailure(failure('AccountMissing', `The cloud account ${uid || '(none)'} does not exist.`))
    const credentials: Record<string, Secret<string>> = {}
    for (const key of new Set([...credentialKeys, ...(account?.spec.credentialKeys ?? [])])) {
      const value = await tx.getSecret({ kind: 'CloudAccount', uid }, `credentials.${key}`)
      if (value) credentials[key] = value
      else if (credentialKeys.includes(key))
        throw new PhaseFailure(
          failure('AccountMissing', `Cloud account ${account?.meta.name} lacks credential ${key}.`),
        )
    }
    return { uid, credentials, settings: account?.spec.settings ?? {} }
  })
}

/** Everything placeholders and layers of this cluster refer to. */
export async function readResolveContext(scope: Scope): Promise<ResolveContext> {
  const { cluster, deps } = scope
  const own = await scope.transaction(async (tx) => ({
    macros: await readMacros(tx, cluster.meta.project),
    project: cluster.meta.project ? await tx.get('Project', cluster.meta.project) : null,
  }))
  const layers = cluster.spec.profiles.flatMap((profile) => profile.layers)
  const packUids = new Set(layers.filter((layer) => layer.type !== 'manifest').map((layer) => layer.packUid))
  return {
    packs: await locatePacks(deps.store, scope.tenant, [...packUids]),
    macros: own.macros,
    system: {
      'cluster.name': cluster.meta.name,
      'cluster.uid': scope.uid,
      'cloud.type': cluster.spec.cloudType,
      'tenant.uid': scope.tenant,
      'project.uid': cluster.meta.project ?? '',
      'project.name': own.project?.meta.name ?? '',
    },
  }
}

/** The project's macros over the tenant's. */
async function readMacros(tx: Tx, project: string | null): Promise<Record<string, string>> {
  const sets = await tx.list('MacroSet', { project: project === null ? [null] : [null, project] })
  const inOrder = sets.items.toSorted((a, b) => Number(a.meta.project !== null) - Number(b.meta.project !== null))
  return Object.assign({}, ...inOrder.map((set) => set.spec.macros)) as Record<string, string>
}

/** Where packs are pulled from: the tenant's own ones, else those of the installation. */
async function locatePacks(store: Store, tenant: string, uids: string[]): Promise<Map<string, PackLocation>> {
  const found = new Map<string, PackLocation>()
  for (const from of tenant === systemTenant ? [tenant] : [tenant, systemTenant]) {
    const missing = uids.filter((uid) => !found.has(uid))
    if (missing.length === 0) break
    await store.transaction(from, clusterActor, async (tx) => {
      for (const uid of missing) {
        const location = await locatePack(tx, uid)
        if (location) found.set(uid, location)
      }
    })
  }
  return found
}

async function locatePack(tx: Tx, uid: string): Promise<PackLocation | null> {
  const pack = await tx.get('Pack', uid)
  const registry = pack && (await tx.get('Registry', pack.spec.registryUid))
  if (!pack || !registry) return null
  return { registry: registry.spec.endpoint, repository: pack.spec.repository, digest: pack.spec.digest }
}
