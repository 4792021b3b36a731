import type { ObjectRef } from '@atrium/api/kinds/meta.ts'
import { type Store, type StoredObject, systemTenant, type Tx } from '@atrium/runtime/store/store.ts'
import type { PackLocation, ResolveContext } from './resolve.ts'
import { clusterMarks, readSealed } from './sealed-variables.ts'
import { contentActor } from './tenant.ts'

/** Everything that placeholders and layers of the cluster refer to, read from the store. */
export async function readResolveContext(store: Store, cluster: StoredObject<'Cluster'>): Promise<ResolveContext> {
  const { meta, spec } = cluster
  const own = await store.transaction(meta.tenant, contentActor, async (tx) => ({
    macros: await readMacros(tx, meta.project),
    project: meta.project ? await tx.get('Project', meta.project) : null,
    sealed: await readSealed(tx, holdersOf(cluster), clusterMarks(spec.profiles)),
    account: spec.cloudAccountUid ? await tx.get('CloudAccount', spec.cloudAccountUid) : null,
  }))
  const layers = spec.profiles.flatMap((profile) => profile.layers)
  const packUids = new Set(layers.filter((layer) => layer.type !== 'manifest').map((layer) => layer.packUid))
  return {
    packs: await locatePacks(store, meta.tenant, [...packUids]),
    macros: own.macros,
    sealed: own.sealed,
    system: {
      'cluster.name': meta.name,
      'cluster.uid': meta.uid,
      'cloud.type': spec.cloudType,
      'cloudaccount.uid': spec.cloudAccountUid,
      'cloudaccount.name': own.account?.meta.name ?? '',
      'tenant.uid': meta.tenant,
      'project.uid': meta.project ?? '',
      'project.name': own.project?.meta.name ?? '',
    },
  }
}

/** A plan looks at profiles that are not attached yet: what it would copy is still with them. */
const holdersOf = ({ meta, spec }: StoredObject<'Cluster'>): ObjectRef[] => [
  { kind: 'Cluster', uid: meta.uid },
  ...spec.profiles.map(({ uid }) => ({ kind: 'ClusterProfile', uid })),
]

/** The project's macros over the tenant's. */
async function readMacros(tx: Tx, project: string | null): Promise<Record<string, string>> {
  const sets = await tx.list('MacroSet', { project: project === null ? [null] : [null, project] })
  const inOrder = sets.items.toSorted((a, b) => Number(a.meta.project !== null) - Number(b.meta.project !== null))
  return Object.fromEntries(inOrder.flatMap((set) => Object.entries(set.spec.macros)))
}

/** Where packs are pulled from: the tenant's own ones, else those the installation shares. */
async function locatePacks(store: Store, tenant: string, uids: string[]): Promise<Map<string, PackLocation>> {
  const found = new Map<string, PackLocation>()
  for (const from of new Set([tenant, systemTenant])) {
    const missing = uids.filter((uid) => !found.has(uid))
    if (missing.length === 0) break
    await store.transaction(from, contentActor, async (tx) => {
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
  const { repository, digest, values } = pack.spec
  return { registry: registry.spec.endpoint, repository, digest, values }
}
