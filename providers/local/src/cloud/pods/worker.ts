import { rmSync } from 'node:fs'
import type { KubeClient } from '@atrium/kube/client.ts'
import { isConflict, isNotFound } from '@atrium/kube/errors.ts'
import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { type Loop, startLoop } from '../loop.ts'
import { addressOf } from '../nodes.ts'
import type { PodImage } from '../protocol.ts'
import type { MachineRecord } from '../records.ts'
import { type ContainerCommand, containerCommand } from './command.ts'
import { type ContainerProcess, openContainer } from './container.ts'
import { findImage } from './images.ts'
import type { PodObject } from './pod.ts'
import { endProcesses } from './processes.ts'
import { newContainer, type PodFolder, type PodRecord } from './record.ts'
import { PodSetupError, readSources } from './sources.ts'
import { podStatus, seconds, statusDiffers } from './status.ts'
import { podTokens } from './tokens.ts'
import { materialiseVolumes, mountTargets } from './volumes.ts'

export interface WorkerDeps {
  clock: Clock
  logger: Logger
  client: KubeClient
  images: readonly PodImage[]
  apiServer: { host: string; port: number }
  folder: PodFolder
  /** The pod as it is now; undefined when it is gone from the API server. */
  pod(): PodObject | undefined
  machine(): MachineRecord | undefined
  onGone(): void
}

/** Looks at Secrets and tokens again after this long. */
const REFRESH_MS = 15_000
const CALM_MS = 2_000
const BUSY_MS = 500
const DEFAULT_GRACE_SECONDS = 30

/** Runs one pod, from its specification alone, until it is gone: what kubelet does for a node. */
export const startPodWorker = (initial: PodRecord, deps: WorkerDeps): Loop => {
  const { clock, client, folder } = deps
  const logger = deps.logger.child({ pod: `${initial.namespace}/${initial.name}` })
  const tokensOf = podTokens(client, clock)
  const containers = new Map<string, ContainerProcess>()
  let record = initial
  let refreshedAt = Number.NEGATIVE_INFINITY
  let setupError: PodSetupError | null = null
  let busy = false

  const open = async (name: string): Promise<ContainerProcess> => {
    const known = containers.get(name)
    if (known !== undefined) return known
    const opened = await openContainer(name, initial.name, record.containers[name] ?? newContainer, {
      folder,
      clock,
      onExit: () => loop.poke(),
      save(container) {
        record = { ...record, containers: { ...record.containers, [name]: container } }
        folder.save(record)
      },
    })
    containers.set(name, opened)
    return opened
  }

  const refreshVolumes = async (pod: PodObject, node: { address: string }): Promise<void> => {
    if (clock.now() - refreshedAt < REFRESH_MS) return
    const sources = readSources(client, initial.namespace)
    try {
      await materialiseVolumes(folder.volumes, { pod, node, sources, token: (source) => tokensOf(pod).get(source) })
      refreshedAt = clock.now()
      setupError = null
    } catch (error) {
      if (!(error instanceof PodSetupError)) throw error
      setupError = error
    }
  }

  const commandOf = async (pod: PodObject, index: number, node: { address: string }): Promise<ContainerCommand> => {
    const container = pod.spec.containers[index]
    const image = findImage(container?.image ?? '', deps.images)
    if (container === undefined || image === null)
      throw new PodSetupError(
        'ErrImagePull',
        `image ${container?.image} is not known here; known: ${deps.images.map((one) => one.repository).join(', ')}`,
      )
    const mounts = mountTargets(folder.volumes, container.volumeMounts ?? [])
    const sources = readSources(client, initial.namespace)
    const { apiServer } = deps
    return containerCommand({ pod, container, image, node, sources, mounts, apiServer, workFolder: folder.work })
  }

  const runContainers = async (pod: PodObject, node: { address: string }): Promise<void> => {
    await refreshVolumes(pod, node)
    busy = setupError !== null
    for (const [index, { name }] of pod.spec.containers.entries()) {
      const container = await open(name)
      // Volumes that cannot be made keep new processes from starting; those that run keep what they have.
      if (setupError === null || container.isRunning())
        busy = (await container.keep(pod.spec.restartPolicy ?? 'Always', () => commandOf(pod, index, node))) || busy
    }
  }

  const publish = async (pod: PodObject, node: { address: string }): Promise<void> => {
    const views = [...containers.values()].map((container) => container.view(setupError))
    const status = podStatus(pod, views, node.address, seconds(isoNow(clock)))
    if (!statusDiffers(pod.status, status)) return
    const patch = { metadata: { uid: initial.uid }, status }
    await client.patch(podRef(initial), patch, { type: 'strategic', subresource: 'status' })
  }

  const leave = async (pod: PodObject | undefined): Promise<void> => {
    // A pod that is gone from the API server was deleted by force: nobody waits for its process.
    const graceMs = pod === undefined ? 0 : graceSeconds(pod) * 1000
    await endProcesses(folder, Object.keys(record.containers), graceMs)
    if (pod !== undefined) await client.delete(podRef(initial), { gracePeriodSeconds: 0, uid: initial.uid })
    rmSync(folder.root, { recursive: true, force: true })
    logger.info({}, 'pod ended')
    deps.onGone()
    // Not awaited: this runs inside the loop.
    void loop.stop()
  }

  const run = async (): Promise<void> => {
    const pod = deps.pod()
    const machine = deps.machine()
    if (pod === undefined) return leave(pod)
    if (machine?.power !== 'on') return endProcesses(folder, Object.keys(record.containers), 0)
    if (pod.metadata.deletionTimestamp !== undefined) return leave(pod)
    const node = { address: addressOf(machine.slot) }
    await runContainers(pod, node)
    try {
      await publish(pod, node)
    } catch (error) {
      // It changed or went meanwhile: the watch brings the news and with it another look.
      if (!isConflict(error) && !isNotFound(error)) throw error
    }
  }

  const loop = startLoop({ name: 'pod', clock, logger, intervalMs: () => (busy ? BUSY_MS : CALM_MS), run })
  return loop
}

const podRef = ({
  namespace,
  name,
}: PodRecord): { apiVersion: string; kind: string; namespace: string; name: string } => ({
  apiVersion: 'v1',
  kind: 'Pod',
  namespace,
  name,
})

const graceSeconds = (pod: PodObject): number => {
  const { deletionGracePeriodSeconds } = pod.metadata
  if (typeof deletionGracePeriodSeconds === 'number') return deletionGracePeriodSeconds
  return pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS
}
