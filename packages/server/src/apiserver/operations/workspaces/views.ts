import type {
  v1DashboardWorkspace,
  v1Workspace,
  v1WorkspaceBackup,
  v1WorkspaceError,
} from '@atrium/api/generated/operations.d.ts'
import type { ResourceAllocation, WorkspaceSpec } from '@atrium/api/kinds/workspace.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { BriefObject, Tx } from '@atrium/runtime/store/store.ts'
import { workspaceLayer } from '../../../content/workspace-share.ts'
import { viewMeta } from '../../shapes/meta.ts'
import { failuresOf } from '../clusters/access-views.ts'
import { clusterRefs, type FoundClusters, readBrief } from '../clusters/refs.ts'
import type { Workspace } from './load.ts'

export async function viewWorkspace(tx: Tx, workspace: Workspace): Promise<v1Workspace> {
  const { meta, spec } = workspace
  const clusters = await readBrief(tx, spec.clusterUids)
  return {
    metadata: viewMeta(meta),
    spec: {
      clusterRefs: clusterRefs(spec.clusterUids, clusters),
      clusterNamespaces: spec.namespaces,
      clusterRbacs: spec.rbacs.map(({ uid, bindings }) => ({ metadata: { uid }, spec: { bindings } })),
      ...(spec.backup && { policies: { backupPolicy: spec.backup } }),
      // Clients take the object for granted, and read an allocation of nothing as a quota somebody set.
      quota: isLimit(spec.quota) ? { resourceAllocation: spec.quota } : {},
    },
    status: { errors: [...errorsIn([...clusters.values()], meta.uid), ...withoutEffect(spec)] },
  }
}

/** `clusters`: those that the caller sees, at least of this workspace. */
export function viewListed({ meta, spec }: Workspace, clusters: FoundClusters): v1DashboardWorkspace {
  const refs = clusterRefs(spec.clusterUids, clusters).map(({ clusterUid, clusterName }) => ({
    uid: clusterUid,
    name: clusterName,
  }))
  const namespaces = spec.namespaces.map(({ name }) => name)
  const { cpuCores: cpu, memoryMiB: memory, gpuConfig } = spec.quota
  return {
    metadata: viewMeta(meta),
    meta: {
      ...{ name: meta.name, uid: meta.uid, creationTime: meta.createdAt, namespaces },
      ...{ clusterNames: [...new Set(refs.map(({ name }) => name))], clusterRefs: refs },
    },
    spec: {
      clusterRefs: refs,
      namespaces,
      quota: {
        // Only what is above zero is a limit here.
        resourceAllocation: {
          ...(cpu && cpu > 0 && { cpu }),
          ...(memory && memory > 0 && { memory }),
          ...(gpuConfig && { gpuConfig }),
        },
      },
    },
  }
}

/** Clients know by these words that no policy was ever set. */
export function viewBackup({ meta, spec }: Workspace): v1WorkspaceBackup {
  if (!spec.backup) throw new AtriumError('BackupNotConfigured', `Backup not configured for workspace '${meta.name}'.`)
  return {
    metadata: viewMeta(meta),
    spec: { workspaceUid: meta.uid, config: spec.backup },
    status: { workspaceBackupStatuses: [] },
  }
}

/** Why what the workspace asks for is not in its clusters. */
const errorsIn = (clusters: BriefObject<'Cluster'>[], uid: string): v1WorkspaceError[] =>
  clusters.flatMap(({ meta, status }) =>
    failuresOf(status, workspaceLayer(uid)).map((msg) => ({
      ...{ clusterUid: meta.uid, name: meta.name, resourceType: 'cluster', msg },
    })),
  )

/** What is kept, and changes nothing in the clusters. */
function withoutEffect({ namespaces, quota }: WorkspaceSpec): v1WorkspaceError[] {
  const told = (name: string, msg: string) => ({ name, resourceType: 'namespace', msg })
  const expressions = namespaces.filter(
    ({ isRegex, namespaceResourceAllocation }) => isRegex && namespaceResourceAllocation,
  )
  const refusing = namespaces.filter(({ image }) => (image?.blackListedImages ?? []).length > 0)
  return [
    ...expressions.map(({ name }) => told(name, 'Limits of namespaces by expression are kept and not set: name each.')),
    ...refusing.map(({ name }) => told(name, 'Images that are not wanted are kept and not refused.')),
    ...(isLimit(quota)
      ? [{ name: 'quota', resourceType: 'workspace', msg: 'The sum is kept; only limits of namespaces are set.' }]
      : []),
  ]
}

const isLimit = ({ cpuCores = 0, memoryMiB = 0, gpuConfig }: ResourceAllocation): boolean =>
  cpuCores !== 0 || memoryMiB !== 0 || (gpuConfig?.limit ?? 0) !== 0
