import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type EnsureCloudOptions, ensureCloud, type RunningCloud } from '@atrium/provider-local/ensure-cloud.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import { registryTokenIssuer, registryTokenService } from '@atrium/server/content/content.ts'
import { registryKeySet } from '@atrium/server/content/registry-tokens.ts'
import { ensureCertificate, openServerAuthority } from '@atrium/server/pki/authorities.ts'
import type { platformTools } from '@atrium/toolchain/catalogue.ts'
import type { PlatformHome } from '@atrium/toolchain/platform.ts'
import { isRunning, type ProcessRecord, stopProcess } from '@atrium/toolchain/process.ts'
import { probeRegistry } from '@atrium/toolchain/registry.ts'
import { probePostgres } from '../postgres/health.ts'
import { type EmbeddedPostgres, startPostgres, stopPostgres } from '../postgres/postgres.ts'
import { type Registry, type RegistryOptions, startRegistry } from '../registry/registry.ts'
import { sweepRegistry } from '../registry/sweep.ts'
import { type KeptPart, PROBE_LIMIT_MS } from './keeper.ts'

export interface PartDeps {
  home: PlatformHome
  clock: Clock
  random: Random
  logger: Logger
}

/** One that hangs does not end by itself either: not long. */
const END_GRACE_MS = 5_000

export type PlatformTools = Record<(typeof platformTools)[number], string>

/** A part that runs, and how to keep it so. */
export interface Started<T> {
  part: T
  kept: KeptPart
}

export const startDatabase = async ({ home, clock }: PartDeps): Promise<Started<EmbeddedPostgres>> => {
  const start = (): Promise<EmbeddedPostgres> =>
    startPostgres({
      folder: home.postgresFolder,
      logFile: home.logFile('postgres'),
      recordFile: home.recordFile('postgres'),
      clock,
    })
  return keptPart('postgres', await start(), {
    start,
    processOf: ({ record }) => record,
    probe: ({ socket }) => probePostgres(socket, PROBE_LIMIT_MS),
    end: () => stopPostgres({ folder: home.postgresFolder, clock, graceMs: END_GRACE_MS }),
  })
}

export interface RegistryInput {
  port: number
  /** Of the server, whose token service the registry names to its clients. */
  serverUrl: string
  binary: string
  tokenKey: Secret<string>
}

export const startPackRegistry = async (deps: PartDeps, input: RegistryInput): Promise<Started<Registry>> => {
  const { home, clock, random, logger } = deps
  const authority = await openServerAuthority(home.pkiDir, deps)
  const names = { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] }
  const tls = await ensureCertificate(join(home.pkiDir, 'registry'), authority, deps, names)
  const keySet = await registryKeySet(input.tokenKey)
  const options: RegistryOptions = {
    folder: home.registryFolder,
    logFile: home.logFile('registry'),
    recordFile: home.recordFile('registry'),
    binary: input.binary,
    port: input.port,
    certificatePem: tls.cert,
    privateKeyPem: tls.key,
    caPem: authority.trust,
    keySet,
    realm: `${input.serverUrl}/atrium/v1/registry/token`,
    issuer: registryTokenIssuer,
    service: registryTokenService,
    clock,
    random,
  }
  // What cannot be freed now is freed at another start.
  await sweepRegistry(options).catch((error: unknown) => logger.warn({ err: error }, 'the registry could not be swept'))
  const start = (): Promise<Registry> => startRegistry(options)
  return keptPart('registry', await start(), {
    start,
    processOf: ({ record }) => record,
    probe: ({ url }) => probeRegistry(url, { caPem: authority.trust }, PROBE_LIMIT_MS),
    end: ({ record }) => stopProcess(record, { graceMs: END_GRACE_MS }, clock),
  })
}

export const startCloud = async ({ home, clock }: PartDeps, tools: PlatformTools): Promise<Started<RunningCloud>> => {
  const options = { ...cloudOptions(home, tools), clock }
  const start = (): Promise<RunningCloud> => ensureCloud(options)
  return keptPart('cloud', await start(), {
    start,
    processOf: ({ process: daemon }) => daemon,
    probe: ({ client }) =>
      client.about().then(
        () => null,
        (error: unknown) => messageOf(error),
      ),
    end: (cloud) => stopProcess(cloud.process, { graceMs: END_GRACE_MS }, clock),
  })
}

/** As for the server, and one for each cluster: 127 MB resident instead of 168 (`test/bench/local-density.ts`). */
const agentNodeFlags = ['--max-semi-space-size=2', '--optimize-for-size', '--disable-warning=ExperimentalWarning']

/** The cloud with the agent's image: what a registry's image would carry in its configuration. */
export const cloudOptions = (home: PlatformHome, tools: PlatformTools): EnsureCloudOptions => ({
  home: home.folder,
  tools,
  images: [
    {
      repository: 'atrium-agent',
      entrypoint: [
        process.execPath,
        ...agentNodeFlags,
        fileURLToPath(new URL('../../../agent/src/main.ts', import.meta.url)),
      ],
      env: { ATRIUM_HELM: tools.helm, PATH: process.env.PATH ?? '' },
      // helm runs what a kubeconfig names, and reads its files when it likes.
      refusedArgs: ['--kubeconfig'],
      writableArgs: ['--state-dir'],
    },
  ],
})

interface Ways<T> {
  start(): Promise<T>
  processOf(part: T): ProcessRecord
  probe(part: T): Promise<string | null>
  end(part: T): Promise<unknown>
}

const keptPart = <T>(name: string, first: T, { start, processOf, probe, end }: Ways<T>): Started<T> => {
  let current = first
  return {
    part: first,
    kept: {
      name,
      isRunning: () => isRunning(processOf(current)),
      probe: () => probe(current),
      end: () => end(current),
      async restart() {
        current = await start()
      },
    },
  }
}
