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
import { ContainerProcess } from './container.ts'
import { findImage } from './images.ts'
import type { Container, PodObject } from './pod.ts'
import { endProcesses } from './processes.ts'
import { newContainer, type PodFolder, type PodRecord } from './record.ts'
import { PodSetupError, readSources } from './sources.ts'
import { podStatus, seconds, statusDiffers } from './status.ts'
import { type PodTokens, podTokens } from './tokens.ts'
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
export class PodWorker {
  readonly #deps: WorkerDeps
  readonly #loop: Loop
  readonly #containers = new Map<string, ContainerProcess>()
  readonly #tokens: (pod: PodObject) => PodTokens
  #record: PodRecord
  #refreshedAt = Number.NEGATIVE_INFINITY
  #setupError: PodSetupError | null = null
  #busy = false

  constructor(record: PodRecord, deps: WorkerDeps) {
    this.#record = record
    this.#deps = { ...deps, logger: deps.logger.child({ pod: `${record.namespace}/${record.name}` }) }
    this.#tokens = podTokens(deps.client, deps.clock)
    this.#loop = startLoop({
      ...this.#deps,
      name: 'pod',
      intervalMs: () => (this.#busy ? BUSY_MS : CALM_MS),
      run: () => this.#follow(),
    })
  }

  /** The pod or its machine may have changed. */
  poke(): void {
    this.#loop.poke()
  }

  /** Stops looking after it; its processes go on. */
  stop(): Promise<void> {
    return this.#loop.stop()
  }

  async #follow(): Promise<void> {
    const pod = this.#deps.pod()
    const machine = this.#deps.machine()
    // A pod that is gone from the API server was deleted by force: nobody waits for its process.
    if (pod === undefined) return this.#leave(0, false)
    if (machine?.power !== 'on') return this.#endProcesses(0)
    if (pod.metadata.deletionTimestamp !== undefined) return this.#leave(graceSeconds(pod) * 1000, true)
    const node = { address: addressOf(machine.slot) }
    await this.#refreshVolumes(pod, node)
    await this.#runContainers(pod, node)
    try {
      await this.#publish(pod, node)
    } catch (error) {
      // It changed or went meanwhile: the watch brings the news and with it another look.
      if (!isConflict(error) && !isNotFound(error)) throw error
    }
  }

  async #refreshVolumes(pod: PodObject, node: { address: string }): Promise<void> {
    const { clock, client, folder } = this.#deps
    if (clock.now() - this.#refreshedAt < REFRESH_MS) return
    const sources = readSources(client, this.#record.namespace)
    const tokens = this.#tokens(pod)
    try {
      await materialiseVolumes(folder.volumes, { pod, node, sources, token: (source) => tokens.get(source) })
      this.#refreshedAt = clock.now()
      this.#setupError = null
    } catch (error) {
      if (!(error instanceof PodSetupError)) throw error
      this.#setupError = error
    }
  }

  async #runContainers(pod: PodObject, node: { address: string }): Promise<void> {
    this.#busy = this.#setupError !== null
    const restartPolicy = pod.spec.restartPolicy ?? 'Always'
    for (const container of pod.spec.containers) {
      const process = await this.#open(container.name)
      // Volumes that cannot be made keep new processes from starting; those that run keep what they have.
      if (this.#setupError !== null && !process.isRunning()) continue
      const waits = await process.keep(restartPolicy, () => this.#commandOf(pod, container, node))
      this.#busy ||= waits
    }
  }

  async #open(name: string): Promise<ContainerProcess> {
    const known = this.#containers.get(name)
    if (known !== undefined) return known
    const { folder, clock } = this.#deps
    const opened = await ContainerProcess.open(name, this.#record.containers[name] ?? newContainer, {
      ...{ podName: this.#record.name, folder, clock },
      onExit: () => this.#loop.poke(),
      save: (container) => {
        this.#record = { ...this.#record, containers: { ...this.#record.containers, [name]: container } }
        folder.save(this.#record)
      },
    })
    this.#containers.set(name, opened)
    return opened
  }

  async #commandOf(pod: PodObject, container: Container, node: { address: string }): Promise<ContainerCommand> {
    const { images, folder, client, apiServer } = this.#deps
    const image = findImage(container.image, images)
    if (image === null) {
      const known = images.map(({ repository }) => repository).join(', ')
      throw new PodSetupError('ErrImagePull', `image ${container.image} is not known here; known: ${known}`)
    }
    const mounts = mountTargets(folder.volumes, container.volumeMounts ?? [])
    const sources = readSources(client, this.#record.namespace)
    return containerCommand({ pod, container, image, node, sources, mounts, apiServer, workFolder: folder.work })
  }

  async #publish(pod: PodObject, node: { address: string }): Promise<void> {
    const { client, clock } = this.#deps
    const views = [...this.#containers.values()].map((container) => container.view(this.#setupError))
    const status = podStatus(pod, views, node.address, seconds(isoNow(clock)))
    if (!statusDiffers(pod.status, status)) return
    const patch = { metadata: { uid: this.#record.uid }, status }
    await client.patch(podRef(this.#record), patch, { type: 'strategic', subresource: 'status' })
  }

  #endProcesses(graceMs: number): Promise<void> {
    return endProcesses(this.#deps.folder, Object.keys(this.#record.containers), graceMs)
  }

  async #leave(graceMs: number, isKnown: boolean): Promise<void> {
    const { client, folder, logger } = this.#deps
    await this.#endProcesses(graceMs)
    if (isKnown) await client.delete(podRef(this.#record), { gracePeriodSeconds: 0, uid: this.#record.uid })
    rmSync(folder.root, { recursive: true, force: true })
    logger.info({}, 'pod ended')
    this.#deps.onGone()
    // Not awaited: this runs inside the loop.
    void this.#loop.stop()
  }
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
