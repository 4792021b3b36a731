import { readFileSync } from 'node:fs'
import { type Client, createClient } from '@atrium/client/client.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import {
  type PlatformCredentials,
  type PlatformHome,
  type PlatformRecord,
  platformHome,
  readJsonFile,
} from '@atrium/toolchain/platform.ts'
import { adoptProcess } from '@atrium/toolchain/process.ts'
import { Agent, fetch as undiciFetch } from 'undici'
import { invocation } from '../output/invocation.ts'

/** A platform that runs, and how to talk to it. */
export interface Connection {
  home: PlatformHome
  record: PlatformRecord
  credentials: PlatformCredentials
  /** As the administrator of the first tenant, in its project `Default`. */
  client: Client
  close(): Promise<void>
}

/** The server of this home, when it is alive and ready. */
export async function findPlatform(home: PlatformHome): Promise<PlatformRecord | null> {
  const record = readJsonFile<PlatformRecord>(home.readyFile)
  if (record === null) return null
  const alive = await adoptProcess(home.recordFile('server'))
  return alive?.pid === record.pid ? record : null
}

/** A client of the platform in `record`, trusting its own authority. */
export const openClient = (
  { url, caFile }: Pick<PlatformRecord, 'url' | 'caFile'>,
  credential: { apiKey: string } | { token: string },
  project: string | null,
  note?: string,
): { client: Client; close: () => Promise<void> } =>
  openRemote({ url, ca: readFileSync(caFile, 'utf8') }, credential, project, note)

/** A client of the server at `url`, trusting the authority `ca` (PEM); null = those of the system, or nobody's credential. */
export function openRemote(
  { url, ca }: { url: string; ca: string | null },
  credential: { apiKey: string } | { token: string } | null,
  project: string | null,
  note?: string,
): { client: Client; close: () => Promise<void> } {
  const dispatcher = new Agent(ca === null ? {} : { connect: { ca } })
  const client = createClient({
    url,
    credential: () => credential,
    project,
    note,
    clock: systemClock,
    random: systemRandom,
    fetch: ((input: string | URL, init?: object) => undiciFetch(input, { ...init, dispatcher })) as typeof fetch,
  })
  // A watch that still reads would hold an orderly end back.
  return { client, close: () => dispatcher.destroy() }
}

/** Connects to the platform of `folder`. Throws with what to do when none runs there. */
export async function connect(folder: string, note?: string): Promise<Connection> {
  const home = platformHome(folder)
  const record = await findPlatform(home)
  if (record === null) throw new Error(`No platform runs in ${home.folder}. Start it: ${invocation(home.folder, 'up')}`)
  const credentials = readJsonFile<PlatformCredentials>(home.credentialsFile)
  if (credentials === null) {
    throw new Error(
      `${home.credentialsFile} is missing: the first start wrote the administrator's password and API key there. Put it back from a backup.`,
    )
  }
  const opened = openClient(record, { apiKey: credentials.apiKey }, credentials.project.uid, note)
  return { home, record, credentials, ...opened }
}

/** The same as the operator of the installation, who belongs to no tenant. */
export async function connectAsOperator(
  folder: string,
  note?: string,
): Promise<Pick<Connection, 'home' | 'client' | 'close'>> {
  const { home, record, close } = await connect(folder)
  await close()
  const token = readFileSync(home.operatorTokenFile, 'utf8').trim()
  return { home, ...openClient(record, { token }, null, note) }
}

/** Runs `work` connected, and lets go afterwards. */
export async function withPlatform<T>(folder: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await connect(folder)
  try {
    return await work(connection)
  } finally {
    await connection.close()
  }
}
