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
import { keepLoadBalancers, loadBalancerResources, type ServiceObject } from './load-balancers.ts'
import { type Loop, startLoop } from './loop.ts'
import { keepNodes } from './machines.ts'
import { answerMetrics, METRICS_TARGET, registerMetrics } from './metrics.ts'
import type { NodeObject } from './nodes.ts'
import type { PodObject } from './pods/pod.ts'
import { createPodRunner } from './pods/runner.ts'
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

/** What a cloud does for a running cluster: nodes, pods of known images, volumes, load balancers, metrics. Lives while the API server is ready. */
export interface Services {
  readonly nodes: Cache<NodeObject>
  resources(): ResourceView[]
  /** Who answers the API server at this address. */
  route(host: string, port: number): RequestListener | null
  poke(): void
  stop(): Promise<void>
}

const KUBELET_PORT = 10250
const IDLE_MS = 10_000

export const startServices = (deps: ServicesDeps): Services => {
  const { clock, client, files } = deps
  const { uid: clusterUid } = files.cluster
  const own: { stop(): Promise<void> }[] = []
  const loops: Loop[] = []

  const cacheOf = <T extends KubeObject>(apiVersion: string, kind: string, onChange: () => void): Cache<T> => {
    const cache = startCache<T>({ apiVersion, kind }, deps, onChange)
    own.push(cache)
    return cache
  }
  /** A loop that begins once its caches are whole, and wakes when one of them changes. */
  const loopOf = (
    name: string,
    caches: Cache<KubeObject>[],
    intervalMs: () => number,
    task: () => Promise<void>,
  ): Loop => {
    const loop = startLoop({
      ...deps,
      name,
      intervalMs,
      async run(signal) {
        await Promise.all(caches.map((cache) => cache.synced))
        // Caches that are stopped count as synced: what they lack is not gone.
        if (!signal.aborted) await task()
      },
    })
    loops.push(loop)
    return loop
  }

  let draining = false
  const nodes = cacheOf<NodeObject>('v1', 'Node', () => nodesLoop.poke())
  const pods = cacheOf<PodObject>('v1', 'Pod', () => {
    runnerLoop.poke()
    if (draining) nodesLoop.poke()
  })
  const claims = cacheOf<ClaimObject>('v1', 'PersistentVolumeClaim', () => volumesLoop.poke())
  const volumes = cacheOf<VolumeObject>('v1', 'PersistentVolume', () => volumesLoop.poke())
  const classes = cacheOf<StorageClassObject>('storage.k8s.io/v1', 'StorageClass', () => volumesLoop.poke())
  const services = cacheOf<ServiceObject>('v1', 'Service', () => balancersLoop.poke())
  const runner = createPodRunner({ ...deps, pods })

  const nodesLoop = loopOf(
    'nodes',
    [nodes, pods],
    () => (draining ? 500 : IDLE_MS),
    async () => {
      draining = await keepNodes({ clock, client, files, nodes, pods })
    },
  )
  const runnerLoop = loopOf(
    'pods',
    [pods],
    () => IDLE_MS,
    async () => runner.look(),
  )
  const volumesLoop = loopOf(
    'volumes',
    [claims, volumes, classes],
    () => IDLE_MS,
    () => keepVolumes({ client, clusterUid, claims, volumes, classes }),
  )
  const balancersLoop = loopOf(
    'load balancers',
    [services],
    () => IDLE_MS,
    () => keepLoadBalancers({ client, clusterUid, services }),
  )
  loopOf(
    'metrics',
    [],
    () => 60_000,
    () => registerMetrics(client, readFileSync(join(files.paths.pki, 'ca.crt'), 'utf8')),
  )

  const servesMetrics = (host: string): boolean =>
    // Also for a metrics server that somebody installed: its own pods are simulated and cannot answer.
    host === METRICS_TARGET ||
    services.all().some(({ spec, metadata }) => spec.clusterIP === host && metadata.name === 'metrics-server')

  return {
    nodes,
    resources: () => [...volumeResources(volumes), ...loadBalancerResources({ clusterUid, services })],
    route(host, port) {
      if (port === KUBELET_PORT)
        return (request, response) => answerKubelet({ pods, podsFolder: files.paths.pods }, request, response)
      return servesMetrics(host)
        ? (request, response) => answerMetrics({ clock, nodes, pods }, request, response)
        : null
    },
    poke() {
      nodesLoop.poke()
      runnerLoop.poke()
    },
    async stop() {
      const ended = loops.map((loop) => loop.stop())
      await Promise.all(own.map((one) => one.stop()))
      await Promise.all(ended)
      await runner.stop()
    },
  }
}
