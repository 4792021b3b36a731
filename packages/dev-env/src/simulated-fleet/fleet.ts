import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openClient } from '@atrium/cli/platform/connect.ts'
import type { Client } from '@atrium/client/client.ts'
import { type CloudApi, FakeCloud, type FakeCloudOptions } from '@atrium/provider-inmemory/cloud.ts'
import { Ledger } from '@atrium/provider-inmemory/ledger.ts'
import { type Clock, isoNow, systemClock } from '@atrium/runtime/base/clock.ts'
import { type Logger, silentLogger } from '@atrium/runtime/base/logger.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import type { ClusterTiming } from '@atrium/server/controllers/cluster/deps.ts'
import { type PlatformCredentials, readJsonFile } from '@atrium/toolchain/platform.ts'
import type { AgentBehaviour, SimulatedAgentDeps } from '../simulated-agents/agent.ts'
import { SimulatedAgents, type SimulatedAgentsOptions } from '../simulated-agents/agents.ts'
import type { OutsideCall } from './messages.ts'
import { ServerProcess } from './server-process.ts'

export interface FleetOptions {
  /** Takes keys, certificates, credentials, the server's log and the ledger. */
  folder: string
  /** URLs of the schema's owner and of the server's two roles, where these can log in. */
  database: { url: string; appUrl?: string; systemUrl?: string }
  port: number
  cloud?: Partial<FakeCloudOptions>
  behaviour?: Partial<AgentBehaviour>
  onDesired?: SimulatedAgentDeps['onDesired']
  place?: SimulatedAgentsOptions['place']
  /** Other times of the server's controller than the usual. */
  timing?: Partial<ClusterTiming>
  logger?: Logger
}

/** A real server and a world for it: a cloud in memory with its ledger, and agents on real links. */
export interface Fleet {
  server: ServerProcess
  cloud: FakeCloud
  agents: SimulatedAgents
  behaviour: AgentBehaviour
  credentials: PlatformCredentials
  clock: Clock
  /** As the tenant's administrator, in its first project. */
  client: Client
  stop(): Promise<void>
}

const usual: AgentBehaviour = { installMs: 200, fetchBlobs: true, repairMs: 500 }

export const startFleet = async (options: FleetOptions): Promise<Fleet> => {
  const { folder, database, port, logger = silentLogger } = options
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const clock = systemClock
  const behaviour = { ...usual, ...options.behaviour }
  const ledgerFile = join(folder, 'ledger.jsonl')
  const ledger = new Ledger((entry) =>
    appendFileSync(ledgerFile, `${JSON.stringify({ ...entry, at: isoNow(clock) })}\n`, { mode: 0o600 }),
  )
  const crash = (): void => void server.kill()
  const cloud = new FakeCloud(options.cloud, { clock, ledger, crash })
  const { onDesired, place } = options
  const agents = new SimulatedAgents({ cloud, behaviour, onDesired, place, clock, random: systemRandom, logger })
  const credentialsFile = join(folder, 'credentials.json')
  const server = new ServerProcess({
    credentialsFile,
    timing: options.timing ?? {},
    logFile: join(folder, 'server.log'),
    env: {
      DATABASE_URL: database.url,
      ...(database.appUrl && { DATABASE_APP_URL: database.appUrl }),
      ...(database.systemUrl && { DATABASE_SYSTEM_URL: database.systemUrl }),
      ATRIUM_PORT: String(port),
      ATRIUM_PKI_DIR: join(folder, 'pki'),
      ATRIUM_ROOT_KEY_FILE: join(folder, 'keys', 'root.key'),
      ATRIUM_LOG_LEVEL: 'warn',
    },
    answer: (call) => answer(call, cloud, agents),
  })
  try {
    await server.start()
    const credentials = readJsonFile<PlatformCredentials>(credentialsFile)
    if (!credentials) throw new Error(`${credentialsFile} was not written.`)
    const record = { pid: server.pid, url: server.url, caFile: server.caFile, registryUrl: '', startedAt: '' }
    const { client, close } = openClient(record, { apiKey: credentials.apiKey }, credentials.project.uid)
    const stop = async (): Promise<void> => {
      await close()
      await agents.stop()
      await server.stop()
    }
    return { server, cloud, agents, behaviour, credentials, clock, client, stop }
  } catch (error) {
    await agents.stop()
    await server.stop()
    throw error
  }
}

const answer = (call: OutsideCall, cloud: FakeCloud, agents: SimulatedAgents): unknown => {
  if (call.to === 'cluster') return agents.answer(call.uid, call.call)
  const method = cloud[call.method as keyof CloudApi] as (...args: unknown[]) => unknown
  return method.apply(cloud, call.args)
}
