import type { RbacBinding, ResourceAllocation, WorkspaceNamespace } from '@atrium/api/kinds/workspace.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'

/** What a workspace wants to be in one of its clusters. */
export interface WorkspaceShare {
  uid: string
  namespaces: { name: string; allocation: ResourceAllocation }[]
  bindings: RbacBinding[]
}

/** Name of the layer that a workspace is in its clusters. */
export const workspaceLayer = (uid: string): string => `workspace-${uid}`

/** What the cluster's workspaces want of it, in the order of their names. */
export async function readShares(tx: Tx, cluster: StoredObject<'Cluster'>): Promise<WorkspaceShare[]> {
  const { uid, project } = cluster.meta
  // A workspace lies in the project of its clusters.
  if (project === null) return []
  const users = await tx.referrers({ kind: 'Cluster', uid })
  const uids = users.filter(({ from }) => from.kind === 'Workspace').map(({ from }) => from.uid)
  if (uids.length === 0) return []
  const { items } = await tx.list('Workspace', { where: { uid: [...new Set(uids)] } })
  return items.map((workspace) => shareFor(workspace, uid))
}

/** An expression means namespaces that others make: there is nothing to make for it. Pure. */
const shareFor = ({ meta, spec }: StoredObject<'Workspace'>, clusterUid: string): WorkspaceShare => ({
  uid: meta.uid,
  namespaces: spec.namespaces
    .filter(({ isRegex }) => isRegex !== true)
    .map((namespace) => ({ name: namespace.name, allocation: allocationIn(namespace, clusterUid) })),
  bindings: spec.rbacs.flatMap(({ bindings }) => bindings),
})

/** What the namespace may use in this cluster, with the limits alone; -1 is "as everywhere". */
function allocationIn({ namespaceResourceAllocation: all }: WorkspaceNamespace, uid: string): ResourceAllocation {
  const everywhere = all?.defaultResourceAllocation ?? {}
  const here = all?.clusterResourceAllocations?.find(({ clusterUid }) => clusterUid === uid)?.resourceAllocation ?? {}
  const cpuCores = limitOf(here.cpuCores, everywhere.cpuCores)
  const memoryMiB = limitOf(here.memoryMiB, everywhere.memoryMiB)
  const gpus = limitOf(here.gpuConfig?.limit, everywhere.gpuConfig?.limit)
  return {
    ...(cpuCores > 0 && { cpuCores }),
    ...(memoryMiB > 0 && { memoryMiB }),
    ...(gpus > 0 && { gpuConfig: { ...everywhere.gpuConfig, ...here.gpuConfig, limit: gpus } }),
  }
}

const limitOf = (here: number | undefined, everywhere = 0): number =>
  here === undefined || here === -1 ? everywhere : here
