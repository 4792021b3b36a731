import type { ObjectRef } from '@atrium/api/kinds/meta.ts'
import type { WorkspaceSpec } from '@atrium/api/kinds/workspace.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { sameJson } from '@atrium/runtime/base/json.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { invalid } from './parse.ts'

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

/** A cluster of a workspace cannot be deleted before it left. */
export async function keepClusterRefs(tx: Tx, uid: string, { clusterUids }: WorkspaceSpec): Promise<void> {
  const refs: ObjectRef[] = clusterUids.map((clusterUid) => ({ kind: 'Cluster', uid: clusterUid }))
  await tx.setRefs({ kind: 'Workspace', uid }, { clusters: refs })
}

/** Changes the spec of a workspace; `change` gets what is there. */
export async function changeWorkspace(
  tx: Tx,
  uid: string,
  change: (workspace: Workspace) => WorkspaceSpec,
): Promise<void> {
  const workspace = await lockWorkspace(tx, uid)
  const { clusterUids: former } = workspace.spec
  const spec = change(workspace)
  await checkClusters(tx, workspace.meta.project, spec, former)
  await tx.update('Workspace', uid, { spec })
  if (!sameJson(spec.clusterUids, former)) await keepClusterRefs(tx, uid, spec)
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
