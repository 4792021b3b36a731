import type { KubeClient } from '@atrium/kube/client.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { type Cache, startCache } from './cache.ts'
import { type Loop, startLoop } from './loop.ts'
import { keepNodes } from './machines.ts'
import type { NodeObject } from './nodes.ts'
import type { PodObject } from './pods/pod.ts'
import type { ResourceView } from './protocol.ts'
import type { ClusterFiles } from './records.ts'

export interface ServicesDeps {
  clock: Clock
  random: Random
  logger: Logger
  client: KubeClient
  files: ClusterFiles
}

/** What a cloud does for a running cluster: nodes, pods of known images, volumes, load balancers. Lives while the API server is ready. */
export interface Services {
  readonly nodes: Cache<NodeObject>
  resources(): ResourceView[]
  poke(): void
  stop(): Promise<void>
}

export const startServices = (deps: ServicesDeps): Services => {
  const { clock, logger, client, files } = deps
  const loops: Loop[] = []
  const pokeAll = (): void => {
    for (const loop of loops) loop.poke()
  }
  const nodes = startCache<NodeObject>({ apiVersion: 'v1', kind: 'Node' }, deps, pokeAll)
  const pods = startCache<PodObject>({ apiVersion: 'v1', kind: 'Pod' }, deps, pokeAll)
  const caches = [nodes, pods]
  let draining = false
  loops.push(
    startLoop({
      name: 'nodes',
      clock,
      logger,
      intervalMs: () => (draining ? 500 : 5_000),
      async run() {
        await Promise.all([nodes.synced, pods.synced])
        draining = await keepNodes({ clock, client, files, nodes, pods })
      },
    }),
  )
  return {
    nodes,
    resources: () => [],
    poke: pokeAll,
    async stop() {
      await Promise.all(caches.map((cache) => cache.stop()))
      await Promise.all(loops.map((loop) => loop.stop()))
    },
  }
}
