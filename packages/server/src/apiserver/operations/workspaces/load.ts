import type { ObjectRef } from '@atrium/api/kinds/meta.ts'
import type { WorkspaceSpec } from '@atrium/api/kinds/workspace.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { sameJson } from '@atrium/runtime/base/json.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { invalid } from '../../invalid.ts'
import { locationRefs, mustHaveLocation } from '../assets/load.ts'

export type Workspace = StoredObject<'Workspace'>

/** The workspace, or `ResourceNotFound`; also for a name, by which clients ask first when they import. */
export async function getWorkspace(tx: Tx, uid: string): Promise<Workspace> {
  return (await tx.get('Workspace', uid)) ?? missing(uid)
}

/** As `getWorkspace`, for those who may change it, held until the transaction ends. */
export async function lockWorkspace(tx: Tx, uid: string): Promise<Workspace> {
  return (await tx.getForUpdate('Workspace', uid)) ?? missing(uid)
}

const missing = (uid: string): never => {
  throw new AtriumError(
    'ResourceNotFound',
    `Workspace '${uid}' is not found. Check the uid, and the project it belongs to.`,
  )
}

/**
 * Every cluster that a workspace names must be there, and of its project. `former` are in it already: who changes the
 * workspace need not see those.
 */
export async function checkClusters(
  tx: Tx,
  project: string | null,
  { clusterUids }: WorkspaceSpec,
  former: readonly string[] = [],
): Promise<void> {
  for (const [index, uid] of clusterUids.entries()) {
    if (former.includes(uid)) continue
    const cluster = await tx.get('Cluster', uid)
    if (cluster && cluster.meta.deletedAt === null && cluster.meta.project === project) continue
    throw invalid(`clusterRefs[${index}].clusterUid`, `there is no cluster '${uid}' in the project of the workspace`)
  }
}

/** A cluster of a workspace, and the place of its backups, cannot be deleted before they left it. */
export async function keepRefs(tx: Tx, uid: string, spec: WorkspaceSpec): Promise<void> {
  await tx.setRefs({ kind: 'Workspace', uid }, refsOf(spec))
}

const refsOf = ({ clusterUids, backup }: WorkspaceSpec): Record<string, ObjectRef[]> => ({
  clusters: clusterUids.map((clusterUid) => ({ kind: 'Cluster', uid: clusterUid })),
  backupLocationUid: locationRefs(backup?.backupConfig),
})

/** What a policy begins to name must be there: the place of backups, and clusters of the workspace. */
export async function checkPolicy(
  tx: Tx,
  { backup, clusterUids }: WorkspaceSpec,
  former?: WorkspaceSpec,
): Promise<void> {
  const [named, before] = [backup, former?.backup].map((policy) => policy?.backupConfig['backupLocationUid'])
  if (typeof named === 'string' && named !== before) await mustHaveLocation(tx, named, 'backupConfig.backupLocationUid')
  const known = [...clusterUids, ...(former?.backup?.clusterUids ?? [])]
  const stray = backup?.clusterUids?.findIndex((uid) => !known.includes(uid)) ?? -1
  if (stray >= 0)
    throw invalid(`clusterUids[${stray}]`, `'${backup?.clusterUids?.[stray] ?? ''}' is no cluster of the workspace`)
}

/** Changes the spec of a workspace; `change` gets what is there. */
export async function changeWorkspace(
  tx: Tx,
  uid: string,
  change: (workspace: Workspace) => WorkspaceSpec,
): Promise<void> {
  const workspace = await lockWorkspace(tx, uid)
  const { spec: former } = workspace
  const spec = change(workspace)
  await checkClusters(tx, workspace.meta.project, spec, former.clusterUids)
  await checkPolicy(tx, spec, former)
  await tx.update('Workspace', uid, { spec })
  if (!sameJson(refsOf(spec), refsOf(former))) await keepRefs(tx, uid, spec)
}

/** `rbacs` with other bindings in the set of that uid; null = without the set. */
export function withBindings(
  { rbacs }: WorkspaceSpec,
  uid: string,
  bindings: WorkspaceSpec['rbacs'][number]['bindings'] | null,
): WorkspaceSpec['rbacs'] {
  if (!rbacs.some((rbac) => rbac.uid === uid))
    throw new AtriumError('ResourceNotFound', `The workspace has no bindings '${uid}'.`)
  if (bindings === null) return rbacs.filter((rbac) => rbac.uid !== uid)
  return rbacs.map((rbac) => (rbac.uid === uid ? { uid, bindings } : rbac))
}
