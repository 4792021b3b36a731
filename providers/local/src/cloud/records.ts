import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { hasCode, writeFileAtomically } from '@atrium/runtime/base/files.ts'
import { type ClusterPaths, clusterPaths, clustersFolder } from './paths.ts'
import type { ClusterRequest, MachineRequest } from './protocol.ts'

/** What the cloud remembers of a cluster. Written whole and atomically: after a crash it is the old or the new one. */
export interface ClusterRecord extends ClusterRequest {
  uid: string
  apiPort: number
  /** RFC 3339. */
  createdAt: string
  deleting: boolean
  /** The highest ordinal each pool ever used. */
  ordinals: Record<string, number>
  lastSlot: number
  /** The version that it last served; `kubernetesVersion` is the one that is wanted. Empty before it served any. */
  serves: string
  upgrade: UpgradeRecord | null
  /** The last request to renew its certificates; empty = none. */
  renew: string
}

/** What is known of the way to a version that is not served yet. */
export interface UpgradeRecord {
  /** RFC 3339. */
  since: string
  /** Attempts that failed. */
  failures: number
  /** Why the last one did; empty while none has. */
  failure: string
  /** RFC 3339; empty = at once. */
  retryAt: string
}

/** What the cloud remembers of a machine. */
export interface MachineRecord extends MachineRequest {
  name: string
  power: 'on' | 'off'
  /** Number that its addresses are made from, unique in its cluster. */
  slot: number
  /** `draining`: asked to go, pods leave first. `terminated`: gone. */
  life: 'present' | 'draining' | 'terminated'
  /** RFC 3339; empty while it is present. */
  leavingSince: string
}

/** The files of one cluster, with its records held in memory as well. */
export interface ClusterFiles {
  readonly paths: ClusterPaths
  cluster: ClusterRecord
  machines: Map<string, MachineRecord>
  saveCluster(record: ClusterRecord): void
  saveMachine(record: MachineRecord): void
  removeMachine(name: string): void
  /** Removes everything of the cluster; its record goes last, so that an interrupted removal is resumed. */
  removeAll(): void
}

const readRecord = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

export const openClusterFiles = (cloudDir: string, cluster: ClusterRecord): ClusterFiles => {
  const paths = clusterPaths(cloudDir, cluster.uid)
  for (const folder of [paths.machines, paths.pki, paths.kubeconfigs, paths.run, paths.logs, paths.pods])
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  const machines = new Map<string, MachineRecord>()
  for (const file of recordsIn(paths.machines)) {
    const machine = readRecord<MachineRecord>(file)
    machines.set(machine.name, machine)
  }
  const files: ClusterFiles = {
    paths,
    cluster,
    machines,
    saveCluster(record) {
      writeFileAtomically(paths.record, json(record))
      files.cluster = record
    },
    saveMachine(record) {
      writeFileAtomically(join(paths.machines, `${record.name}.json`), json(record))
      machines.set(record.name, record)
    },
    removeMachine(name) {
      rmSync(join(paths.machines, `${name}.json`), { force: true })
      machines.delete(name)
    },
    removeAll() {
      for (const name of readdirSync(paths.root))
        if (join(paths.root, name) !== paths.record) rmSync(join(paths.root, name), { recursive: true, force: true })
      rmSync(paths.root, { recursive: true, force: true })
    },
  }
  return files
}

/** Records of all clusters; a folder without one was never accepted (its creation was interrupted) and is removed. */
export const readClusterRecords = (cloudDir: string): ClusterRecord[] => {
  const folder = clustersFolder(cloudDir)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return readdirSync(folder).flatMap((uid) => {
    try {
      const record = readRecord<ClusterRecord>(clusterPaths(cloudDir, uid).record)
      // Written before there were upgrades (it serves what is wanted), or before certificates were renewed.
      const { serves, upgrade, renew } = record
      return [{ ...record, serves: serves ?? record.kubernetesVersion, upgrade: upgrade ?? null, renew: renew ?? '' }]
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error
      rmSync(join(folder, uid), { recursive: true, force: true })
      return []
    }
  })
}

const recordsIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name))
