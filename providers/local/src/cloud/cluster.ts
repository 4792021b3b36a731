import { rmSync } from 'node:fs'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { adminKubeconfig, readAccess } from './certificates.ts'
import { type ControlPlane, createControlPlane } from './control-plane.ts'
import { type Egress, startEgress } from './egress.ts'
import { type Loop, startLoop } from './loop.ts'
import { hasQuorum, viewMachine } from './machines.ts'
import { endPods } from './pods/processes.ts'
import type { CloudTools, ClusterView } from './protocol.ts'
import type { ClusterFiles } from './records.ts'
import { type Services, startServices } from './services.ts'

export interface ClusterDeps {
  clock: Clock
  random: Random
  logger: Logger
  tools: CloudTools
  egressSocket: string
}

/**
 * One cluster of the cloud. It follows its records:
 * starting ⇄ ready, stopped (its control-plane machines are off), deleting → gone.
 */
export interface Cluster {
  readonly files: ClusterFiles
  view(): ClusterView
  /** The administrator's kubeconfig, or null before the cluster is usable. */
  kubeconfig(): string | null
  /** Looks at the records again soon. */
  poke(): void
  /** Ends what this daemon does; the processes go on. */
  release(): Promise<void>
  /** Ends the processes as well. */
  shutDown(): Promise<void>
}

/** While it waits for something, and when all is well. */
const BUSY_MS = 150
const CALM_MS = 1_000

export const startCluster = (files: ClusterFiles, deps: ClusterDeps, onGone: () => void): Cluster => {
  const logger = deps.logger.child({ cluster: files.cluster.name, uid: files.cluster.uid })
  const controlPlane = createControlPlane(files, { ...deps, logger })
  let services: Services | null = null
  let egress: Egress | null = null
  let adopted = false
  let wasReady = false
  let recordsChanged = false

  const stopServices = async (): Promise<void> => {
    await services?.stop()
    services = null
  }

  const closeEgress = async (): Promise<void> => {
    await egress?.close()
    egress = null
    rmSync(deps.egressSocket, { force: true })
  }

  const follow = async (): Promise<void> => {
    if (!adopted) {
      await controlPlane.adopt()
      adopted = true
    }
    if (files.cluster.deleting) return remove()
    await endPods(files, (node) => files.machines.get(node)?.power !== 'on')
    if (!hasQuorum(files.machines.values())) {
      await stopServices()
      await controlPlane.stop({ atOnce: false })
      return
    }
    const ready = await controlPlane.keep()
    egress ??= await startEgress(
      deps.egressSocket,
      files.paths.pki,
      (host, port) => services?.route(host, port) ?? null,
      logger,
    )
    if (!ready) await stopServices()
    else
      services ??= startServices({ ...deps, logger, files, client: controlPlane.client(), images: deps.tools.images })
    if (ready !== wasReady) logger.info({ ready, waitingFor: controlPlane.waitingFor() }, 'control plane')
    wasReady = ready
    if (recordsChanged) services?.poke()
    recordsChanged = false
  }

  const remove = async (): Promise<void> => {
    // First, so that nobody waits for pods that end slowly; and again for what was started meanwhile.
    await endPods(files)
    await stopServices()
    await endPods(files)
    await controlPlane.stop({ atOnce: true })
    await closeEgress()
    files.removeAll()
    logger.info({}, 'cluster deleted')
    onGone()
    // Not awaited: this runs inside the loop.
    void loop.stop()
  }

  const loop: Loop = startLoop({
    name: 'cluster',
    clock: deps.clock,
    logger,
    intervalMs: () => (wasReady ? CALM_MS : BUSY_MS),
    run: follow,
  })
  return {
    files,
    poke() {
      recordsChanged = true
      loop.poke()
    },
    view: () => viewCluster(files, controlPlane, services),
    kubeconfig: () =>
      services === null
        ? null
        : adminKubeconfig(files.cluster.name, readAccess(files.paths, files.cluster.apiPort, 'admin')),
    async release() {
      await loop.stop()
      await stopServices()
      await closeEgress()
    },
    async shutDown() {
      await loop.stop()
      await stopServices()
      await endPods(files)
      await controlPlane.stop({ atOnce: false })
      await closeEgress()
    },
  }
}

const viewCluster = (files: ClusterFiles, controlPlane: ControlPlane, services: Services | null): ClusterView => {
  const { uid, tenant, name, kubernetesVersion, apiPort, ordinals, deleting } = files.cluster
  const waitingFor = services === null ? controlPlane.waitingFor() : ''
  const processes = controlPlane.processes()
  const machines = [...files.machines.values()].map((machine) =>
    viewMachine(machine, uid, services?.nodes ?? null, waitingFor),
  )
  return {
    ...{ uid, tenant, name, kubernetesVersion, ordinals, processes, machines },
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
