import { createHash } from 'node:crypto'
import { versionChangeProblem } from '@atrium/provider-contract/versions.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { isoNow } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { Binaries } from './binaries.ts'
import { Cluster } from './cluster.ts'
import { CloudError } from './fault.ts'
import { type Ledger, openLedger } from './ledger.ts'
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
import { wanting } from './upgrade.ts'

export interface CloudDeps {
  clock: Clock
  random: Random
  logger: Logger
  tools: CloudTools
  /** Everything durable lies here. */
  dir: string
  /** Folder of the Unix sockets: short, and nobody else's. */
  socketFolder: string
  /** Read by whoever obtains tools. */
  env: NodeJS.ProcessEnv
}

/** All clusters of this home. Every change is idempotent, and durable once the method returns. */
export class Cloud {
  readonly #deps: CloudDeps
  readonly #clusters = new Map<string, Cluster>()
  readonly #binaries: Binaries
  readonly #deleted: Ledger
  readonly #portSeed: number
  #creating: Promise<unknown> = Promise.resolve()

  constructor(deps: CloudDeps) {
    this.#deps = deps
    this.#binaries = new Binaries({ ...deps, known: deps.tools.kubernetes })
    this.#deleted = openLedger(deps.dir)
    this.#portSeed = createHash('sha256').update(deps.dir).digest().readUInt16BE(0)
    for (const record of readClusterRecords(deps.dir)) this.#open(record)
  }

  clusters(): Cluster[] {
    return [...this.#clusters.values()]
  }

  cluster(uid: string): Cluster {
    const cluster = this.#clusters.get(uid)
    if (cluster === undefined) throw new CloudError(404, 'ClusterNotFound', `there is no cluster ${uid} in this cloud`)
    return cluster
  }

  putCluster(uid: string, request: ClusterRequest): Promise<Cluster> {
    // One after another, so that no two get one port.
    const created = this.#creating.then(() => this.#create(uid, request))
    this.#creating = created.catch(() => undefined)
    return created
  }

  /** `request`: a time (RFC 3339). One that is no newer than the last changes nothing. */
  renewCertificates(uid: string, request: string): Cluster {
    const cluster = this.cluster(uid)
    const record = cluster.files.cluster
    if (record.deleting) throw new CloudError(409, 'ClusterIsDeleted', `cluster ${record.name} is being deleted`)
    if (request > record.renew) cluster.files.saveCluster({ ...record, renew: request })
    cluster.poke()
    return cluster
  }

  deleteCluster(uid: string): void {
    const cluster = this.#clusters.get(uid)
    if (cluster === undefined) return
    this.#deleted.add(uid)
    if (!cluster.files.cluster.deleting) cluster.files.saveCluster({ ...cluster.files.cluster, deleting: true })
    cluster.poke()
  }

  putMachine(uid: string, name: string, request: MachineRequest): void {
    const cluster = this.cluster(uid)
    const present = cluster.files.machines.get(name)
    if (present === undefined) return createMachine(cluster, name, request, this.#binaries)
    saveMachine(cluster, { ...present, labels: request.labels, taints: request.taints })
  }

  deleteMachine(uid: string, name: string): void {
    const cluster = this.#clusters.get(uid)
    const machine = cluster?.files.machines.get(name)
    if (cluster === undefined || machine === undefined) return
    if (machine.life !== 'terminated') return saveMachine(cluster, beginDrain(machine, this.#deps.clock))
    cluster.files.removeMachine(name)
    cluster.poke()
  }

  powerMachine(uid: string, name: string, power: 'on' | 'off'): void {
    const machine = this.#machine(uid, name)
    if (machine.life === 'terminated')
      throw new CloudError(
        409,
        'MachineIsTerminated',
        `machine ${name} was terminated: it cannot be started or stopped`,
      )
    saveMachine(this.cluster(uid), { ...machine, power })
  }

  terminateMachine(uid: string, name: string): void {
    const machine = this.#machine(uid, name)
    const leavingSince = isoNow(this.#deps.clock)
    saveMachine(this.cluster(uid), { ...machine, life: 'terminated', power: 'off', leavingSince })
  }

  /** Ends this daemon's work; with `processes`, the clusters' processes too. */
  async close({ processes }: { processes: boolean }): Promise<void> {
    await Promise.all(this.clusters().map((one) => (processes ? one.shutDown() : one.release())))
    await this.#binaries.close()
  }

  #machine(uid: string, name: string): MachineRecord {
    const { files } = this.cluster(uid)
    const machine = files.machines.get(name)
    if (machine !== undefined) return machine
    throw new CloudError(404, 'MachineNotFound', `cluster ${files.cluster.name} has no machine ${name}`)
  }

  #open(record: ClusterRecord): Cluster {
    const files = openClusterFiles(this.#deps.dir, record)
    countMachines(files)
    const deps = {
      ...this.#deps,
      binaries: this.#binaries,
      egressSocket: egressSocket(this.#deps.socketFolder, record.uid),
    }
    const cluster = new Cluster(files, deps, () => this.#clusters.delete(record.uid))
    this.#clusters.set(record.uid, cluster)
    return cluster
  }

  async #create(uid: string, request: ClusterRequest): Promise<Cluster> {
    const present = this.#clusters.get(uid)
    if (present !== undefined) return changeCluster(present, request, this.#deps.clock, this.#binaries)
    requireVersion(request.kubernetesVersion, this.#binaries)
    if (this.#deleted.has(uid)) throw new CloudError(410, 'ClusterIsGone', `cluster ${request.name} was deleted`)
    const taken = new Set(this.clusters().map((one) => one.files.cluster.apiPort))
    const apiPort = await allocatePort(this.#portSeed, taken)
    const createdAt = isoNow(this.#deps.clock)
    const record = { uid, ...request, apiPort, createdAt, ...unborn }
    openClusterFiles(this.#deps.dir, record).saveCluster(record)
    return this.#open(record)
  }
}

const unborn = { deleting: false, ordinals: {}, lastSlot: 0, serves: '', upgrade: null, renew: '' }

const saveMachine = (cluster: Cluster, machine: MachineRecord): void => {
  cluster.files.saveMachine(machine)
  cluster.poke()
}

const changeCluster = (cluster: Cluster, request: ClusterRequest, clock: Clock, binaries: Binaries): Cluster => {
  const record = cluster.files.cluster
  if (record.tenant !== request.tenant || record.name !== request.name)
    throw new CloudError(409, 'ClusterOfAnother', `cluster ${record.uid} exists under another name or tenant`)
  if (record.deleting) throw new CloudError(409, 'ClusterIsDeleted', `cluster ${record.name} is being deleted`)
  const { kubernetesVersion: version } = request
  if (record.kubernetesVersion === version) return cluster
  const problem = versionChangeProblem(record.serves, version)
  if (problem !== null) throw new CloudError(422, problem.reason, problem.message, problem.nextStep)
  requireVersion(version, binaries)
  cluster.files.saveCluster(wanting(record, version, isoNow(clock)))
  cluster.poke()
  return cluster
}

const requireVersion = (version: string, binaries: Binaries): void => {
  if (binaries.versions().includes(version)) return
  const known = binaries.versions().join(', ')
  throw new CloudError(422, 'VersionNotAvailable', `Kubernetes ${version} is not available here; available: ${known}`)
}

const createMachine = (cluster: Cluster, name: string, request: MachineRequest, binaries: Binaries): void => {
  const { files } = cluster
  requireVersion(request.kubernetesVersion, binaries)
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
