import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRemote } from '@atrium/cli/platform/connect.ts'
import type { Client } from '@atrium/client/client.ts'
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
import { startFakeClouds } from './fake-clouds.ts'

/** The one-machine edition in a home of its own; the clouds it asks take whatever they are shown. */
export interface TestPlatform {
  url: string
  /** PEM. */
  authority: string
  credentials: PlatformCredentials
  /** As the administrator, in the first project. */
  client: Client
  /** Its folder. */
  home: string
  /** File with the authority that signed its certificate, PEM. */
  authorityFile: string
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
  const clouds = await startFakeClouds()
  const authorityFile = join(folder, 'authorities.crt')
  writeFileSync(authorityFile, `${clouds.caPem}\n${readFileSync(charts.authorityFile, 'utf8')}`)
  const env = {
    ...process.env,
    ATRIUM_EGRESS_ALLOW: '127.0.0.0/8',
    ATRIUM_CLOUD_MIRROR: clouds.url,
    NODE_EXTRA_CA_CERTS: authorityFile,
    ...Object.fromEntries(platformTools.map((tool) => [toolVariable(tool), toolPath(tool)])),
  }
  const start = (name: 'run' | 'down', purge = false) => {
    const { command, args } = platformCommand(name, { home: home.folder, purge, ...(name === 'run' && { port: 0 }) })
    return spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  }
  const close = async (): Promise<void> => {
    clouds.close()
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
    const authority = readFileSync(record.caFile, 'utf8')
    const { apiKey, project } = credentials
    const opened = openRemote({ url: record.url, ca: authority }, { apiKey }, project.uid)
    return {
      url: record.url,
      authority,
      credentials,
      home: home.folder,
      authorityFile: record.caFile,
      clustersFolder: join(home.cloudFolder, 'clusters'),
      client: opened.client,
      async close() {
        await opened.close()
        await close()
      },
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
