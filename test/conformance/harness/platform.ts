import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toolPath } from '@atrium/dev-env/tool-paths.ts'
import { platformTools } from '@atrium/toolchain/catalogue.ts'
import {
  type PlatformCredentials,
  type PlatformRecord,
  platformCommand,
  platformHome,
  readJsonFile,
} from '@atrium/toolchain/platform.ts'
import { toolVariable } from '@atrium/toolchain/tools.ts'

/** The one-machine edition in a home of its own. */
export interface TestPlatform {
  url: string
  /** PEM. */
  authority: string
  credentials: PlatformCredentials
  /** Folder of its clusters: empty when nothing is left of any. */
  clustersFolder: string
  /** Ends every part and removes the home. */
  close(): Promise<void>
}

const START_LIMIT_MS = 120_000

/** `charts`: reads a Helm repository on this machine, whose certificate this authority signed. */
export async function startPlatform(charts: { authorityFile: string }): Promise<TestPlatform> {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-conformance-home-'))
  const home = platformHome(join(folder, 'home'))
  const env = {
    ...process.env,
    ATRIUM_EGRESS_ALLOW: '127.0.0.0/8',
    NODE_EXTRA_CA_CERTS: charts.authorityFile,
    ...Object.fromEntries(platformTools.map((tool) => [toolVariable(tool), toolPath(tool)])),
  }
  const start = (name: 'run' | 'down', purge = false) => {
    const { command, args } = platformCommand(name, { home: home.folder, purge, ...(name === 'run' && { port: 0 }) })
    return spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  }
  const close = async (): Promise<void> => {
    const [code] = await once(start('down', true), 'exit')
    if (code !== 0) throw new Error(`\`down --purge\` ended with ${code}: look at what is left below ${folder}`)
    rmSync(folder, { recursive: true, force: true })
  }
  const server = start('run')
  let complaints = ''
  server.stderr.on('data', (data) => (complaints += data))
  try {
    const record = await readyOf(home.readyFile, () => server.exitCode === null)
    const credentials = readJsonFile<PlatformCredentials>(home.credentialsFile)
    if (record === null || credentials === null) throw new Error(`the platform does not start: ${complaints}`)
    return {
      url: record.url,
      authority: readFileSync(record.caFile, 'utf8'),
      credentials,
      clustersFolder: join(home.cloudFolder, 'clusters'),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Null when the server ended or time is up. */
async function readyOf(file: string, runs: () => boolean): Promise<PlatformRecord | null> {
  const end = Date.now() + START_LIMIT_MS
  while (runs() && Date.now() < end) {
    const record = readJsonFile<PlatformRecord>(file)
    if (record !== null) return record
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return null
}
