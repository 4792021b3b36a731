import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { Server } from '../platform/server.ts'
import { findCluster } from './find.ts'
import { followCluster } from './follow.ts'

/** Asks for the deletion of a cluster, and waits until it is gone unless told otherwise. Throws when it waits for a person. */
export async function deleteCluster(
  { client, invoke }: Pick<Server, 'client' | 'invoke'>,
  name: string,
  options: { force?: boolean; wait: boolean },
): Promise<void> {
  const cluster = await findCluster(client, name)
  const query = options.force ? { forceDelete: true } : {}
  await client.call('DELETE /v1/spectroclusters/{uid}', { params: { uid: cluster.uid }, query })
  process.stdout.write(`Deleting cluster '${cluster.name}'.\n`)
  if (!options.wait) return
  const last = await followCluster(client, cluster.uid, {
    clock: systemClock,
    // With force it gives up by itself on what it cannot remove.
    until: ({ state, isStalled }) => state === 'Deleting' && isStalled && !options.force,
    tell: ({ state, waitingFor }) => {
      // Until the deletion is looked at, the cluster says what it said before.
      if (state === 'Deleting' && waitingFor !== '') process.stdout.write(`  ${waitingFor}\n`)
    },
  })
  if (last !== null)
    throw new Error(
      `The deletion of '${cluster.name}' waits for a person: ${last.waitingFor}\nIt goes on by itself once it can. See: ${invoke(`describe cluster ${cluster.name}`)}`,
    )
  process.stdout.write(`Cluster '${cluster.name}' is gone.\n`)
}
