import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, systemClock } from '@atrium/runtime/base/clock.ts'
import { hasCode, writeFileAtomically } from '@atrium/runtime/base/files.ts'
import { type Random, systemRandom } from '@atrium/runtime/base/random.ts'
import { adoptProcess, type ProcessRecord, startProcess, stopProcess } from '@atrium/toolchain/process.ts'
import { untilRegistryAnswers } from '@atrium/toolchain/registry.ts'
import { renderConfig } from './config.ts'

export interface RegistryOptions {
  /** Holds configuration and content; made with mode 0700. */
  folder: string
  logFile: string
  recordFile: string
  /** Path of the CNCF distribution binary. */
  binary: string
  /** On loopback. */
  port: number
  certificatePem: string
  privateKeyPem: string
  caPem: string
  /** Public keys that tokens are signed with (`registryKeySet` of the server). */
  keySet: object
  /** URL of the token service, as clients reach it. */
  realm: string
  issuer: string
  service: string
  clock?: Clock
  random?: Random
}

/** A registry that runs. It outlives this process. */
export interface Registry {
  url: string
  record: ProcessRecord
  /** True when it ran already with the same configuration. */
  adopted: boolean
}

const stopGraceMs = 10_000

/** Starts the registry, or adopts the one that runs; one with another configuration is restarted. Resolves when it answers. */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const clock = options.clock ?? systemClock
  const configFile = writeFiles(options)
  const url = `https://127.0.0.1:${options.port}`
  const running = await adoptProcess(options.recordFile, clock)
  if (running?.commandLine.includes(configFile)) {
    await untilAnswers(options, url, running, clock)
    return { url, record: running, adopted: true }
  }
  if (running !== null) await stopProcess(running, { graceMs: stopGraceMs }, clock)
  const record = await startProcess(
    {
      name: 'registry',
      command: options.binary,
      args: ['serve', configFile],
      env: registryEnv(options),
      cwd: options.folder,
      logFile: options.logFile,
      recordFile: options.recordFile,
    },
    clock,
  )
  await untilAnswers(options, url, record, clock)
  return { url, record, adopted: false }
}

/** The whole environment: variables named REGISTRY_* of the caller would change the configuration. */
export const registryEnv = ({ folder }: Pick<RegistryOptions, 'folder'>): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: folder,
  OTEL_TRACES_EXPORTER: 'none',
})

/** Stops the registry of this record file. False when none ran. */
export async function stopRegistry(options: Pick<RegistryOptions, 'recordFile' | 'clock'>): Promise<boolean> {
  const clock = options.clock ?? systemClock
  const running = await adoptProcess(options.recordFile, clock)
  if (running !== null) await stopProcess(running, { graceMs: stopGraceMs }, clock)
  return running !== null
}

/**
 * Writes what the registry reads and answers the configuration's path. The path names all of the content, so the command line of a running
 * registry tells whether it was started with the same.
 */
export function writeFiles(options: RegistryOptions): string {
  const at = (name: string): string => join(options.folder, name)
  const secretFile = at('secret')
  const secret = readOr(secretFile, '') || (options.random ?? systemRandom).bytes(32).toString('hex')
  const keySet = JSON.stringify(options.keySet)
  const config = renderConfig({
    port: options.port,
    storageFolder: at('content'),
    certificateFile: at('tls.crt'),
    keyFile: at('tls.key'),
    keySetFile: at('keys.json'),
    realm: options.realm,
    issuer: options.issuer,
    service: options.service,
    secret,
  })
  const content = [config, options.certificatePem, options.privateKeyPem, keySet]
  const digest = createHash('sha256').update(content.join('\n')).digest('hex').slice(0, 16)
  const configFile = at(`config-${digest}.json`)
  writeIfDifferent(secretFile, secret)
  writeIfDifferent(at('tls.crt'), options.certificatePem)
  writeIfDifferent(at('tls.key'), options.privateKeyPem)
  writeIfDifferent(at('keys.json'), keySet)
  writeIfDifferent(configFile, config)
  for (const name of readdirSync(options.folder)) {
    if (/^config-[0-9a-f]+\.json$/.test(name) && at(name) !== configFile) rmSync(at(name))
  }
  return configFile
}

function writeIfDifferent(path: string, content: string): void {
  if (readOr(path, '') !== content) writeFileAtomically(path, content)
}

function readOr(path: string, fallback: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return fallback
    throw error
  }
}

const untilAnswers = ({ caPem, logFile }: RegistryOptions, url: string, record: ProcessRecord, clock: Clock) =>
  untilRegistryAnswers({ url, trust: { caPem }, logFile, record, clock })
