import type { v1DashboardWorkspace, v1Workspace, v1WorkspaceBackup } from '@atrium/api/generated/operations.d.ts'
import type { ResourceAllocation } from '@atrium/api/kinds/workspace.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { viewMeta } from '../../shapes/meta.ts'
import { clusterRefs } from '../clusters/refs.ts'
import type { Workspace } from './load.ts'

export async function viewWorkspace(tx: Tx, workspace: Workspace): Promise<v1Workspace> {
  const { meta, spec } = workspace
  return {
    metadata: viewMeta(meta),
    spec: {
      clusterRefs: await clusterRefs(tx, spec.clusterUids),
      clusterNamespaces: spec.namespaces,
      clusterRbacs: spec.rbacs.map(({ uid, bindings }) => ({ metadata: { uid }, spec: { bindings } })),
      ...(spec.backup && { policies: { backupPolicy: spec.backup } }),
      // Clients take the object for granted, and read an allocation of nothing as a quota somebody set.
      quota: isLimit(spec.quota) ? { resourceAllocation: spec.quota } : {},
    },
    status: { errors: [] },
  }
}

export async function viewListed(tx: Tx, workspace: Workspace): Promise<v1DashboardWorkspace> {
  const { meta, spec } = workspace
  const refs = (await clusterRefs(tx, spec.clusterUids)).map(({ clusterUid, clusterName }) => ({
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

const isLimit = ({ cpuCores = 0, memoryMiB = 0, gpuConfig }: ResourceAllocation): boolean =>
  cpuCores !== 0 || memoryMiB !== 0 || (gpuConfig?.limit ?? 0) !== 0
