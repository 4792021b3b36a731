import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { Command } from 'commander'
import { findCluster } from '../../clusters/find.ts'
import { followCluster } from '../../clusters/follow.ts'
import { type Server, withServer } from '../../platform/server.ts'

/** `atrium delete cluster NAME [--force] [--no-wait]` */
export const registerDeleteCluster = (parent: Command): void => {
  parent
    .command('cluster')
    .description('delete a cluster and everything its cloud holds for it')
    .argument('<cluster>', 'name or uid')
    .option('--force', 'give up on what cannot be removed, after saying what it is')
    .option('--no-wait', 'return once deletion has begun')
    .action((name: string, options: { force?: boolean; wait: boolean }, command: Command) =>
      withServer(command, (server) => deleteCluster(server, name, options)),
    )
}

async function deleteCluster(
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
