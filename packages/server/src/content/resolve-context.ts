import type { AttachedProfile, ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import type { ObjectMeta, ObjectRef } from '@atrium/api/kinds/meta.ts'
import { keyDigest } from '@atrium/pack/sources/oci/cosign.ts'
import type { SharedReads, StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { isKept } from './kept.ts'
import { publicRegistryUid } from './public-registry.ts'
import type { PackLocation, ResolveContext } from './resolve.ts'
import { clusterMarks, readSealed, type SealedValues } from './sealed-variables.ts'
import { readShares, type WorkspaceShare } from './workspace-share.ts'

export interface ClusterContext extends ResolveContext {
  /** Of the cluster: what they want of it is declared with its profiles. */
  workspaces: readonly WorkspaceShare[]
}

/** Everything that placeholders and layers of the cluster refer to, read from the store; `fresh` are values that are not stored. */
export async function readResolveContext(
  tx: Tx,
  cluster: StoredObject<'Cluster'>,
  fresh?: SealedValues,
): Promise<ClusterContext> {
  const { meta, spec } = cluster
  const project = meta.project ? await tx.get('Project', meta.project) : null
  const account = spec.cloudAccountUid ? await tx.get('CloudAccount', spec.cloudAccountUid) : null
  return {
    packs: await locatePacks(tx, packUidsOf(spec.profiles)),
    macros: await readMacros(tx, meta.project),
    sealed: await readSealed(tx, holdersOf(cluster), clusterMarks(spec.profiles), fresh),
    workspaces: await readShares(tx, cluster),
    system: {
      ...ownerFacts(spec),
      ...cloudFacts(spec),
      'cluster.name': meta.name,
      'cluster.uid': meta.uid,
      'cloud.type': spec.cloudType,
      'cloudaccount.uid': spec.cloudAccountUid,
      'cloudaccount.name': account?.meta.name ?? '',
      'tenant.uid': meta.tenant,
      'project.uid': meta.project ?? '',
      'project.name': project?.meta.name ?? '',
    },
  }
}

/** The same for a profile that no cluster uses. */
export async function readProfileContext(tx: Tx, meta: ObjectMeta, profile: AttachedProfile): Promise<ResolveContext> {
  const project = meta.project ? await tx.get('Project', meta.project) : null
  return {
    packs: await locatePacks(tx, packUidsOf([profile])),
    macros: await readMacros(tx, meta.project),
    sealed: await readSealed(tx, [{ kind: 'ClusterProfile', uid: meta.uid }], clusterMarks([profile])),
    system: {
      'tenant.uid': meta.tenant,
      ...(project && { 'project.uid': project.meta.uid, 'project.name': project.meta.name }),
    },
  }
}

const packUidsOf = (profiles: readonly AttachedProfile[]): Set<string> => {
  const layers = profiles.flatMap((profile) => profile.layers)
  return new Set(layers.filter((layer) => layer.type !== 'manifest').map((layer) => layer.packUid))
}

const ownerFacts = ({ createdBy }: ClusterSpec): Record<string, string> =>
  createdBy ? { 'user.uid': createdBy.uid, 'user.name': createdBy.name, 'user.email': createdBy.email } : {}

/** What the settings of the cloud say; a custom cloud keeps them as one YAML text. */
function cloudFacts({ cloudConfig }: ClusterSpec): Record<string, string> {
  const { region, controlPlaneEndpoint } = cloudConfig
  const host = (controlPlaneEndpoint as { host?: unknown } | undefined)?.host
  return {
    ...(typeof region === 'string' && { 'cloud.region': region }),
    ...(typeof host === 'string' && { 'cluster.kubevip': host }),
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
async function locatePacks(tx: Tx, uids: ReadonlySet<string>): Promise<Map<string, PackLocation>> {
  const found = new Map<string, PackLocation>()
  for (const uid of uids) {
    const location = (await locatePack(tx, tx.shared, uid)) ?? (await locatePack(tx.shared, tx.shared, uid))
    if (location) found.set(uid, location)
  }
  return found
}

type Reads = Pick<SharedReads, 'get'>

/** Null for a pack whose registry asks for a signature that was not seen. */
async function locatePack(reads: Reads, shared: Reads, uid: string): Promise<PackLocation | null> {
  const pack = await reads.get('Pack', uid)
  const registry = pack && (await reads.get('Registry', pack.spec.registryUid))
  if (!pack || !registry) return null
  const { repository, digest, values, schema, source } = pack.spec
  const { signatureKey } = registry.spec
  if (signatureKey !== undefined && source?.signedBy !== keyDigest(signatureKey)) return null
  const holder = isKept(repository) ? await shared.get('Registry', publicRegistryUid) : registry
  return holder && { registry: holder.spec.endpoint, repository, digest, values, schema }
}
