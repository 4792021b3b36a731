import { bareClusters, bareKubeconfig, createBareCluster, deleteBareCluster } from '@atrium/provider-local/bare.ts'
import { cloudClientOf } from '@atrium/provider-local/ensure-cloud.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { platformHome } from '@atrium/toolchain/platform.ts'
import { describeCluster } from './cluster.ts'

export interface BareCommand {
  home: string
  /** `create`, `list`, `kubeconfig` or `delete`. */
  verb: string
  /** Name, or uid of one that exists; needed for all but `list`. */
  name: string
  /** Of `create`: how many machines beside the control plane's, and which Kubernetes; empty = the usual. */
  workers: string
  kubernetesVersion: string
  clock: Clock
  random: Random
  say: (line: string) => void
}

/** Control planes on this machine that nobody manages: to try the import of clusters. */
export const operateBare = async (command: BareCommand): Promise<void> => {
  const { verb, name, workers, kubernetesVersion, clock, random, say } = command
  const client = cloudClientOf(platformHome(command.home).folder)
  switch (verb) {
    case 'list':
      for (const one of await bareClusters(client)) say(describeCluster(one))
      return
    case 'create': {
      const wanted = { name, workers: Number(workers || 1), kubernetesVersion: kubernetesVersion || null }
      const { uid, endpoint } = await createBareCluster({ client, clock, random }, wanted)
      return say(`Cluster '${name}' (${uid}) answers at https://${endpoint.host}:${endpoint.port}.`)
    }
    case 'kubeconfig':
      return say((await bareKubeconfig(client, name)).trimEnd())
    case 'delete': {
      const gone = await deleteBareCluster(client, name, clock)
      return say(`Cluster '${gone.name}' (${gone.uid}) is gone from this machine.`)
    }
    default:
      throw new Error(`'${verb}' is none of create, list, kubeconfig, delete.`)
  }
}
