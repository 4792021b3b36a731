import { rmSync } from 'node:fs'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { Binaries } from './binaries.ts'
import { adminKubeconfig, readAccess } from './certificates.ts'
import { ControlPlane } from './control-plane.ts'
import { type Egress, type EgressRoute, startEgress } from './egress.ts'
import { type Loop, startLoop } from './loop.ts'
import { hasQuorum, viewMachine } from './machines.ts'
import { endPods } from './pods/processes.ts'
import type { CloudTools, ClusterView } from './protocol.ts'
import type { ClusterFiles } from './records.ts'
import { Services } from './services.ts'
import { viewUpgrade } from './upgrade.ts'

export interface ClusterDeps {
  clock: Clock
  random: Random
  logger: Logger
  tools: CloudTools
  binaries: Binaries
  env: NodeJS.ProcessEnv
  egressSocket: string
}

/** While it waits for something, and when all is well. */
const BUSY_MS = 150
const CALM_MS = 1_000

/**
 * One cluster of the cloud. It follows its records:
 * starting ⇄ ready, stopped (its control-plane machines are off), deleting → gone.
 */
export class Cluster {
  readonly files: ClusterFiles
  readonly #deps: ClusterDeps
  readonly #onGone: () => void
  readonly #controlPlane: ControlPlane
  readonly #loop: Loop
  #services: Services | null = null
  #egress: Egress | null = null
  /** Folder of the certificate that it shows. */
  #egressFrom = ''
  #adopted = false
  #wasReady = false
  #recordsChanged = false

  /** Begins to follow the records at once; `onGone` is called when a deletion has ended. */
  constructor(files: ClusterFiles, deps: ClusterDeps, onGone: () => void) {
    const logger = deps.logger.child({ cluster: files.cluster.name, uid: files.cluster.uid })
    this.files = files
    this.#deps = { ...deps, logger }
    this.#onGone = onGone
    this.#controlPlane = new ControlPlane(files, this.#deps)
    this.#loop = startLoop({
      name: 'cluster',
      clock: deps.clock,
      logger,
      intervalMs: () => (this.#wasReady ? CALM_MS : BUSY_MS),
      run: () => this.#follow(),
    })
  }

  view(): ClusterView {
    return viewCluster(this.files, this.#controlPlane, this.#services, this.#deps.binaries)
  }

  /** The administrator's kubeconfig, or null while the cluster is not usable. */
  kubeconfig(): string | null {
    if (this.#services === null) return null
    const { cluster } = this.files
    return adminKubeconfig(cluster.name, readAccess(this.#controlPlane.paths(), cluster.apiPort, 'admin'))
  }

  /** Looks at the records again soon. */
  poke(): void {
    this.#recordsChanged = true
    this.#loop.poke()
  }

  /** Ends what this daemon does; the processes go on. */
  async release(): Promise<void> {
    await this.#loop.stop()
    await this.#stopServices()
    await this.#closeEgress()
  }

  /** Ends the processes as well. */
  async shutDown(): Promise<void> {
    await this.#loop.stop()
    await this.#stopServices()
    await endPods(this.files)
    await this.#controlPlane.stop({ atOnce: false })
    await this.#closeEgress()
  }

  async #follow(): Promise<void> {
    if (!this.#adopted) await this.#controlPlane.adopt()
    this.#adopted = true
    if (this.files.cluster.deleting) return this.#remove()
    await endPods(this.files, (node) => this.files.machines.get(node)?.power !== 'on')
    if (hasQuorum(this.files.machines.values())) return this.#serve()
    await this.#stopServices()
    await this.#controlPlane.stop({ atOnce: false })
  }

  async #serve(): Promise<void> {
    const { logger, tools } = this.#deps
    const ready = await this.#controlPlane.keep()
    if (this.#egressFrom !== this.#controlPlane.paths().issued) await this.#closeEgress()
    await this.#openEgress()
    if (!ready) await this.#stopServices()
    else
      this.#services ??= new Services({
        ...this.#deps,
        files: this.files,
        client: this.#controlPlane.client(),
        images: tools.images,
      })
    if (ready !== this.#wasReady) logger.info({ ready, waitingFor: this.#controlPlane.waitingFor() }, 'control plane')
    this.#wasReady = ready
    if (this.#recordsChanged) this.#services?.poke()
    this.#recordsChanged = false
  }

  async #remove(): Promise<void> {
    // First, so that nobody waits for pods that end slowly; and again for what was started meanwhile.
    await endPods(this.files)
    await this.#stopServices()
    await endPods(this.files)
    await this.#controlPlane.stop({ atOnce: true })
    await this.#closeEgress()
    this.files.removeAll()
    this.#deps.logger.info({}, 'cluster deleted')
    this.#onGone()
    // Not awaited: this runs inside the loop.
    void this.#loop.stop()
  }

  async #stopServices(): Promise<void> {
    const services = this.#services
    this.#services = null
    await services?.stop()
  }

  async #openEgress(): Promise<void> {
    const route: EgressRoute = (host, port) => this.#services?.route(host, port) ?? null
    const { egressSocket, logger } = this.#deps
    this.#egressFrom = this.#controlPlane.paths().issued
    this.#egress ??= await startEgress(egressSocket, this.#egressFrom, route, logger)
  }

  async #closeEgress(): Promise<void> {
    await this.#egress?.close()
    this.#egress = null
    rmSync(this.#deps.egressSocket, { force: true })
  }
}

const viewCluster = (
  files: ClusterFiles,
  controlPlane: ControlPlane,
  services: Services | null,
  binaries: Binaries,
): ClusterView => {
  const { uid, tenant, name, kubernetesVersion: wanted, apiPort, ordinals, deleting } = files.cluster
  const kubernetesVersion = files.cluster.serves || wanted
  const upgrade = viewUpgrade(files.cluster, wanted === kubernetesVersion ? '' : binaries.waitingFor(wanted))
  const waitingFor = services === null ? controlPlane.waitingFor() : ''
  const processes = controlPlane.processes()
  const machines = [...files.machines.values()].map((machine) =>
    viewMachine(machine, uid, services?.nodes ?? null, waitingFor, services?.drainOf(machine.name)),
  )
  const certificates = controlPlane.certificates()
  return {
    ...{ uid, tenant, name, kubernetesVersion, upgrade, certificates, ordinals, processes, machines },
    endpoint: { host: '127.0.0.1', port: apiPort },
    phase: deleting
      ? 'deleting'
      : services !== null
        ? 'ready'
        : hasQuorum(files.machines.values())
          ? 'starting'
          : 'stopped',
    message: waitingFor,
    resources: [
      { kind: 'ControlPlane', id: `${uid}/control-plane`, waitingFor: deleting ? 'its processes to end' : '' },
      ...machines.map(({ providerId, phase, message }) => ({
        kind: 'Machine' as const,
        id: providerId,
        waitingFor: phase === 'deleting' ? message : '',
      })),
      ...(services?.resources() ?? []),
    ],
  }
}
