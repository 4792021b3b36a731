import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import type { KubeClient } from '@atrium/kube/client.ts'
import type { KubeObject } from '@atrium/kube/object.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { type Cache, startCache } from './cache.ts'
import { answerKubelet } from './kubelet.ts'
import { type Answering, listenerOf, refusePlainly } from './listener.ts'
import { keepLoadBalancers, loadBalancerResources, type ServiceObject } from './load-balancers.ts'
import { type Loop, startLoop } from './loop.ts'
import { keepNodes } from './machines.ts'
import { answerMetrics, METRICS_TARGET, registerMetrics } from './metrics.ts'
import type { NodeObject } from './nodes.ts'
import { PodNudger } from './nudge.ts'
import type { PodObject } from './pods/pod.ts'
import { createPodRunner, type PodRunner } from './pods/runner.ts'
import type { PodImage, ResourceView } from './protocol.ts'
import type { ClusterFiles } from './records.ts'
import {
  type ClaimObject,
  keepVolumes,
  type StorageClassObject,
  type VolumeObject,
  volumeResources,
} from './volumes.ts'

export interface ServicesDeps {
  clock: Clock
  random: Random
  logger: Logger
  client: KubeClient
  files: ClusterFiles
  images: readonly PodImage[]
}

const KUBELET_PORT = 10250
const IDLE_MS = 10_000
const UNDER_WAY_MS = 500
const METRICS_MS = 60_000

/** What a cloud does for a running cluster: nodes, pods of known images, volumes, load balancers, metrics. Lives while the API server is ready. */
export class Services {
  readonly nodes: Cache<NodeObject>
  readonly #deps: ServicesDeps
  readonly #pods: Cache<PodObject>
  readonly #claims: Cache<ClaimObject>
  readonly #volumes: Cache<VolumeObject>
  readonly #classes: Cache<StorageClassObject>
  readonly #services: Cache<ServiceObject>
  readonly #runner: PodRunner
  readonly #nudger: PodNudger
  readonly #caches: Cache<KubeObject>[] = []
  readonly #loops = new Map<Task, Loop>()
  readonly #drains = new Map<string, string>()
  #underWay = false

  constructor(deps: ServicesDeps) {
    this.#deps = deps
    this.nodes = this.#watch('v1', 'Node', 'nodes')
    this.#pods = this.#watch('v1', 'Pod', 'pods', 'nodes')
    this.#claims = this.#watch('v1', 'PersistentVolumeClaim', 'volumes')
    this.#volumes = this.#watch('v1', 'PersistentVolume', 'volumes')
    this.#classes = this.#watch('storage.k8s.io/v1', 'StorageClass', 'volumes')
    this.#services = this.#watch('v1', 'Service', 'loadBalancers')
    this.#runner = createPodRunner({ ...deps, pods: this.#pods })
    this.#nudger = new PodNudger({ ...deps, nodes: this.nodes, pods: this.#pods })
    this.#loop('nodes', [this.nodes, this.#pods], () => this.#keepNodes())
    this.#loop('pods', [this.#pods], async () => this.#runner.look())
    this.#loop('volumes', [this.#claims, this.#volumes, this.#classes], () => this.#keepVolumes())
    this.#loop('loadBalancers', [this.#services], () => this.#keepLoadBalancers())
    this.#loop('metrics', [], () => this.#keepMetrics())
  }

  /** What the drain of a machine waits for. */
  drainOf(machine: string): string | undefined {
    return this.#drains.get(machine)
  }

  resources(): ResourceView[] {
    const clusterUid = this.#deps.files.cluster.uid
    return [...volumeResources(this.#volumes), ...loadBalancerResources({ clusterUid, services: this.#services })]
  }

  /** Who answers the API server at this address; null = nobody. */
  route(host: string, port: number): RequestListener | null {
    const { clock, files, logger } = this.#deps
    const kubelet = { pods: this.#pods, podsFolder: files.paths.pods }
    const served = (answer: Answering['answer']): RequestListener =>
      listenerOf({ answer, refuse: refusePlainly }, logger)
    if (port === KUBELET_PORT) return served((target, _, response) => answerKubelet(kubelet, target, response))
    const metrics = { clock, nodes: this.nodes, pods: this.#pods }
    return this.#servesMetrics(host) ? served((target, _, response) => answerMetrics(metrics, target, response)) : null
  }

  /** The machine records changed. */
  poke(): void {
    for (const task of ['nodes', 'pods'] as const) this.#loops.get(task)?.poke()
  }

  async stop(): Promise<void> {
    const ended = [...this.#loops.values()].map((loop) => loop.stop())
    await Promise.all(this.#caches.map((cache) => cache.stop()))
    await Promise.all(ended)
    await this.#runner.stop()
  }

  #watch<T extends KubeObject>(apiVersion: string, kind: string, ...tasks: Task[]): Cache<T> {
    const cache = startCache<T>({ apiVersion, kind }, this.#deps, () => {
      for (const task of tasks) this.#loops.get(task)?.poke()
    })
    this.#caches.push(cache)
    return cache
  }

  /** A loop that begins once its caches are whole, and wakes when one of them changes. */
  #loop(task: Task, caches: Cache<KubeObject>[], work: () => Promise<void>): void {
    const loop = startLoop({
      ...this.#deps,
      name: task,
      intervalMs: () => (task === 'metrics' ? METRICS_MS : task === 'nodes' && this.#underWay ? UNDER_WAY_MS : IDLE_MS),
      async run(signal) {
        await Promise.all(caches.map((cache) => cache.synced))
        // Caches that are stopped count as synced: what they lack is not gone.
        if (!signal.aborted) await work()
      },
    })
    this.#loops.set(task, loop)
  }

  async #keepNodes(): Promise<void> {
    const { clock, client, files } = this.#deps
    const draining = await keepNodes({
      clock,
      client,
      files,
      nodes: this.nodes,
      pods: this.#pods,
      drains: this.#drains,
    })
    this.#underWay = (await this.#nudger.look()) || draining
  }

  #keepVolumes(): Promise<void> {
    const { client, files } = this.#deps
    const caches = { claims: this.#claims, volumes: this.#volumes, classes: this.#classes }
    return keepVolumes({ client, clusterUid: files.cluster.uid, ...caches })
  }

  #keepLoadBalancers(): Promise<void> {
    const { client, files } = this.#deps
    return keepLoadBalancers({ client, clusterUid: files.cluster.uid, services: this.#services })
  }

  #keepMetrics(): Promise<void> {
    const { client, files } = this.#deps
    return registerMetrics(client, readFileSync(join(files.paths.pki, 'ca.crt'), 'utf8'))
  }

  /** Also for a metrics server that somebody installed: its own pods are simulated and cannot answer. */
  #servesMetrics(host: string): boolean {
    const isTarget = ({ spec, metadata }: ServiceObject): boolean =>
      spec.clusterIP === host && metadata.name === 'metrics-server'
    return host === METRICS_TARGET || this.#services.all().some(isTarget)
  }
}

type Task = 'nodes' | 'pods' | 'volumes' | 'loadBalancers' | 'metrics'
