import { createHash } from 'node:crypto'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { isoNow } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { type Cluster, startCluster } from './cluster.ts'
import { CloudError } from './fault.ts'
import { openLedger } from './ledger.ts'
import { beginDrain } from './machines.ts'
import { egressSocket } from './paths.ts'
import { allocatePort } from './ports.ts'
import type { CloudTools, ClusterRequest, MachineRequest } from './protocol.ts'
import {
  type ClusterFiles,
  type ClusterRecord,
  type MachineRecord,
  openClusterFiles,
  readClusterRecords,
} from './records.ts'

export interface CloudDeps {
  clock: Clock
  random: Random
  logger: Logger
  tools: CloudTools
  /** Everything durable lies here. */
  dir: string
  /** Folder of the Unix sockets: short, and nobody else's. */
  socketFolder: string
}

/** All clusters of this home. Every method is idempotent and durable once it returns. */
export interface Cloud {
  clusters(): Cluster[]
  cluster(uid: string): Cluster
  putCluster(uid: string, request: ClusterRequest): Promise<Cluster>
  deleteCluster(uid: string): void
  putMachine(uid: string, name: string, request: MachineRequest): void
  deleteMachine(uid: string, name: string): void
  powerMachine(uid: string, name: string, power: 'on' | 'off'): void
  terminateMachine(uid: string, name: string): void
  /** Ends this daemon's work; with `processes`, the clusters' processes too. */
  close(options: { processes: boolean }): Promise<void>
}

export const openCloud = (deps: CloudDeps): Cloud => {
  const clusters = new Map<string, Cluster>()
  const seed = createHash('sha256').update(deps.dir).digest().readUInt16BE(0)
  const deleted = openLedger(deps.dir)
  let creating: Promise<unknown> = Promise.resolve()

  const open = (record: ClusterRecord): Cluster => {
    const files = openClusterFiles(deps.dir, record)
    countMachines(files)
    const options = { ...deps, egressSocket: egressSocket(deps.socketFolder, record.uid) }
    const cluster = startCluster(files, options, () => clusters.delete(record.uid))
    clusters.set(record.uid, cluster)
    return cluster
  }

  const find = (uid: string): Cluster => {
    const cluster = clusters.get(uid)
    if (cluster === undefined) throw new CloudError(404, 'ClusterNotFound', `there is no cluster ${uid} in this cloud`)
    return cluster
  }

  const findMachine = (uid: string, name: string): [Cluster, MachineRecord] => {
    const cluster = find(uid)
    const machine = cluster.files.machines.get(name)
    if (machine === undefined)
      throw new CloudError(404, 'MachineNotFound', `cluster ${cluster.files.cluster.name} has no machine ${name}`)
    return [cluster, machine]
  }

  const save = (cluster: Cluster, machine: MachineRecord): void => {
    cluster.files.saveMachine(machine)
    cluster.poke()
  }

  const create = async (uid: string, request: ClusterRequest): Promise<Cluster> => {
    requireVersion(request.kubernetesVersion, deps.tools)
    const present = clusters.get(uid)
    if (present !== undefined) return change(present, request)
    if (deleted.has(uid)) throw new CloudError(410, 'ClusterIsGone', `cluster ${request.name} was deleted`)
    const taken = new Set([...clusters.values()].map((one) => one.files.cluster.apiPort))
    const apiPort = await allocatePort(seed, taken)
    const record = {
      uid,
      ...request,
      apiPort,
      createdAt: isoNow(deps.clock),
      deleting: false,
      ordinals: {},
      lastSlot: 0,
    }
    openClusterFiles(deps.dir, record).saveCluster(record)
    return open(record)
  }

  const change = (cluster: Cluster, request: ClusterRequest): Cluster => {
    const record = cluster.files.cluster
    if (record.tenant !== request.tenant || record.name !== request.name)
      throw new CloudError(409, 'ClusterOfAnother', `cluster ${record.uid} exists under another name or tenant`)
    if (record.deleting) throw new CloudError(409, 'ClusterIsDeleted', `cluster ${record.name} is being deleted`)
    if (record.kubernetesVersion !== request.kubernetesVersion) {
      cluster.files.saveCluster({ ...record, kubernetesVersion: request.kubernetesVersion })
      cluster.poke()
    }
    return cluster
  }

  for (const record of readClusterRecords(deps.dir)) open(record)

  return {
    clusters: () => [...clusters.values()],
    cluster: find,
    putCluster(uid, request) {
      // One after another, so that no two get one port.
      const created = creating.then(() => create(uid, request))
      creating = created.catch(() => undefined)
      return created
    },
    deleteCluster(uid) {
      const cluster = clusters.get(uid)
      if (cluster === undefined) return
      deleted.add(uid)
      if (!cluster.files.cluster.deleting) cluster.files.saveCluster({ ...cluster.files.cluster, deleting: true })
      cluster.poke()
    },
    putMachine(uid, name, request) {
      const cluster = find(uid)
      const present = cluster.files.machines.get(name)
      if (present !== undefined) save(cluster, { ...present, labels: request.labels, taints: request.taints })
      else createMachine(cluster, name, request, deps.tools)
    },
    deleteMachine(uid, name) {
      const cluster = clusters.get(uid)
      const machine = cluster?.files.machines.get(name)
      if (cluster === undefined || machine === undefined) return
      if (machine.life === 'terminated') {
        cluster.files.removeMachine(name)
        cluster.poke()
      } else save(cluster, beginDrain(machine, deps.clock))
    },
    powerMachine(uid, name, power) {
      const [cluster, machine] = findMachine(uid, name)
      if (machine.life === 'terminated')
        throw new CloudError(
          409,
          'MachineIsTerminated',
          `machine ${name} was terminated: it cannot be started or stopped`,
        )
      save(cluster, { ...machine, power })
    },
    terminateMachine(uid, name) {
      const [cluster, machine] = findMachine(uid, name)
      save(cluster, { ...machine, life: 'terminated', power: 'off', leavingSince: isoNow(deps.clock) })
    },
    async close({ processes }) {
      await Promise.all([...clusters.values()].map((one) => (processes ? one.shutDown() : one.release())))
    },
  }
}

const requireVersion = (version: string, tools: CloudTools): void => {
  if (tools.kubernetes[version] !== undefined) return
  const known = Object.keys(tools.kubernetes).join(', ')
  throw new CloudError(422, 'VersionNotAvailable', `Kubernetes ${version} is not available here; available: ${known}`)
}

const createMachine = (cluster: Cluster, name: string, request: MachineRequest, tools: CloudTools): void => {
  const { files } = cluster
  requireVersion(request.kubernetesVersion, tools)
  if (files.cluster.deleting)
    throw new CloudError(409, 'ClusterIsDeleted', `cluster ${files.cluster.name} is being deleted`)
  const last = files.cluster.ordinals[request.pool] ?? -1
  if (request.ordinal <= last)
    throw new CloudError(409, 'MachineIsGone', `machine ${name} existed before and is gone; make one with a new number`)
  files.saveMachine({
    ...request,
    name,
    power: 'on',
    slot: files.cluster.lastSlot + 1,
    life: 'present',
    leavingSince: '',
  })
  countMachines(files)
  cluster.poke()
}

/** Notes the numbers that machines use, so that they stay used. Also at start: a crash may have come in between. */
const countMachines = (files: ClusterFiles): void => {
  const ordinals = { ...files.cluster.ordinals }
  let lastSlot = files.cluster.lastSlot
  for (const { pool, ordinal, slot } of files.machines.values()) {
    ordinals[pool] = Math.max(ordinals[pool] ?? -1, ordinal)
    lastSlot = Math.max(lastSlot, slot)
  }
  const counted = { ...files.cluster, ordinals, lastSlot }
  if (JSON.stringify(counted) !== JSON.stringify(files.cluster)) files.saveCluster(counted)
}
