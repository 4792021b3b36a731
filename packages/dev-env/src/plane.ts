import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cloudClientOf, ensureCloud, type RunningCloud } from '@atrium/provider-local/ensure-cloud.ts'
import { createLocalProvider } from '@atrium/provider-local/provider/provider.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { createContext, type Installation } from '@atrium/server/context.ts'
import { type RunningServer, type ServerOptions, startServer } from '@atrium/server/server.ts'
import { stopProcess } from '@atrium/toolchain/process.ts'
import { ensureTools } from '@atrium/toolchain/tools.ts'
import { createTestDatabase } from './postgres.ts'
import { serverConfig } from './server-config.ts'

/** The whole management plane with provider `local`, in this process: real database, real clusters, real agents. */
export interface DevPlane {
  /** Of the server that runs now. */
  installation: Installation
  server: RunningServer
  cloud: RunningCloud['client']
  home: string
  /** Stops the server in good order and starts another on the same data. */
  restart(): Promise<void>
  /** Takes everything down: clusters, cloud, server, database, folder. */
  close(): Promise<void>
}

export interface DevPlaneOptions extends ServerOptions {
  logger?: Logger
}

export const startDevPlane = async (options: DevPlaneOptions = {}): Promise<DevPlane> => {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'atrium-dev-')))
  const names = ['etcd', 'kwok', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'helm'] as const
  const tools = await ensureTools([...names])
  const images = [
    {
      repository: 'atrium-agent',
      entrypoint: [process.execPath, fileURLToPath(new URL('../../agent/src/main.ts', import.meta.url))],
      env: { ATRIUM_HELM: tools.helm, PATH: process.env.PATH ?? '' },
      // helm runs what a kubeconfig names, and reads its files when it likes.
      refusedArgs: ['--kubeconfig'],
      writableArgs: ['--state-dir'],
    },
  ]
  const running = await ensureCloud({ home, tools, images, unsafeNoFsync: true })
  const database = await createTestDatabase()
  const config = serverConfig(database, home, 'warn')
  const start = async (port: number): Promise<{ installation: Installation; server: RunningServer }> => {
    const providers = { local: async () => createLocalProvider({ cloud: cloudClientOf(home) }) }
    const listen = { ...config.listen, port }
    const installation = await createContext(
      { ...config, listen },
      { providers, ...(options.logger ? { logger: options.logger } : {}) },
    )
    return { installation, server: await startServer(installation, options) }
  }
  const plane: DevPlane = {
    ...(await start(0)),
    cloud: running.client,
    home,
    async restart() {
      const { port } = new URL(plane.server.url)
      await plane.server.stop()
      Object.assign(plane, await start(Number(port)))
    },
    async close() {
      await plane.server.stop()
      for (const { uid } of await running.client.clusters()) await running.client.deleteCluster(uid)
      while ((await running.client.clusters()).length > 0) await systemClock.sleep(100)
      await stopProcess(running.process, { graceMs: 5000 })
      await database.drop()
      rmSync(home, { recursive: true, force: true })
    },
  }
  return plane
}
