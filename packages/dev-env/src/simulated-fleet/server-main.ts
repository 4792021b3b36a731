/**
 * The real server on provider `inmemory`, whose cloud and clusters are in the parent process: a server that is killed
 * takes nothing of the world with it. Its settings come from the environment; the arguments are the credentials' file and the controller's times as JSON.
 */
import { createInMemoryProvider } from '@atrium/provider-inmemory/provider.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { envToConfig } from '@atrium/server/config/config.ts'
import { readEnv } from '@atrium/server/config/env.ts'
import { createContext } from '@atrium/server/context.ts'
import type { ClusterTiming } from '@atrium/server/controllers/cluster/deps.ts'
import { startServer } from '@atrium/server/server.ts'
import { ensureFirstTenant } from '@atrium/standalone/platform/first-tenant.ts'
import type { ServerReady } from './messages.ts'
import { reachOutside } from './outside.ts'

const [credentialsFile = '', timing = '{}'] = process.argv.slice(2)
try {
  const outside = reachOutside(process)
  const providers = { inmemory: async () => createInMemoryProvider(outside.cloud) }
  const installation = await createContext(envToConfig(readEnv(process.env)), { providers })
  // The parent starts one server at a time: whoever held these leases is dead.
  await installation.store.queue.releaseLeases()
  const clusterTiming = JSON.parse(timing) as Partial<ClusterTiming>
  const server = await startServer(installation, { openCluster: outside.openCluster, clusterTiming })
  await ensureFirstTenant(installation, { credentialsFile })
  const { url, caFile } = server
  process.send?.({ ready: { url, caFile } } satisfies ServerReady)
  let stopping: Promise<void> | null = null
  const stop = (): void => {
    stopping ??= server.stop().then(() => process.disconnect?.())
  }
  process.once('SIGTERM', stop)
  process.once('disconnect', () => (stopping ? undefined : stop()))
  // Ctrl-C reaches every process of the terminal; the parent ends this one in order.
  process.on('SIGINT', () => undefined)
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exit(1)
}
