import type { ClusterView } from '@atrium/provider-local/cloud/protocol.ts'
import { removeCluster } from '@atrium/provider-local/console.ts'
import { cloudClientOf } from '@atrium/provider-local/ensure-cloud.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { platformHome } from '@atrium/toolchain/platform.ts'

export interface ClusterCommand {
  home: string
  /** `list` or `delete`. */
  verb: string
  /** Name or uid; needed for `delete`. */
  cluster: string
  clock: Clock
  say: (line: string) => void
}

/** Clusters as the cloud of this machine sees them: also those that no server knows any more. */
export const operateCluster = async ({ home, verb, cluster, clock, say }: ClusterCommand): Promise<void> => {
  const client = cloudClientOf(platformHome(home).folder)
  if (verb === 'list') {
    for (const one of await client.clusters()) say(describeCluster(one))
    return
  }
  if (verb !== 'delete') throw new Error(`'${verb}' is none of list, delete.`)
  const { name, uid } = await removeCluster(client, cluster, clock)
  say(`Cluster '${name}' (${uid}) is gone from this machine.`)
}

export const describeCluster = ({ uid, name, phase, machines, message }: ClusterView): string =>
  [uid.padEnd(26), name.padEnd(32), phase.padEnd(10), `${machines.length} machines`.padEnd(14), message]
    .join(' ')
    .trimEnd()
