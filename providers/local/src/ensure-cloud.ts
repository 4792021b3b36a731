import { createHash } from 'node:crypto'
import { mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Clock, systemClock } from '@atrium/runtime/base/clock.ts'
import { catalogue, kubernetesVersions } from '@atrium/toolchain/catalogue.ts'
import { lock } from '@atrium/toolchain/lock.ts'
import { serverNodeFlags } from '@atrium/toolchain/platform.ts'
import {
  adoptProcess,
  isRunning,
  logTail,
  type ProcessRecord,
  startProcess,
  stopProcess,
} from '@atrium/toolchain/process.ts'
import { toolEnvironment } from '@atrium/toolchain/tools.ts'
import type { CloudTools, PodImage } from './cloud/protocol.ts'
import { type CloudClient, createCloudClient, socketTransport } from './cloud-client.ts'

/** Absolute paths of the binaries clusters are made of. */
export interface LocalTools {
  etcd: string
  kwok: string
  'kube-apiserver': string
  'kube-controller-manager': string
  'kube-scheduler': string
}

export interface EnsureCloudOptions {
  /** The home folder; the cloud lies in `cloud/` below it. */
  home: string
  tools: LocalTools
  /** Version of the Kubernetes binaries, without a leading `v`. */
  kubernetesVersion?: string
  /** Further Kubernetes versions. Without it those of the toolchain, obtained when a cluster asks for them. */
  moreVersions?: CloudTools['kubernetes']
  /** Images that the pod runner starts as processes of this machine. */
  images: PodImage[]
  /** A power cut may lose clusters. Only for tests. */
  unsafeNoFsync?: boolean
  clock?: Clock
}

export interface RunningCloud {
  client: CloudClient
  socket: string
  process: ProcessRecord
}

/** Version of the Kubernetes binaries that the toolchain brings. */
const DEFAULT_KUBERNETES_VERSION = catalogue['kube-apiserver'].version
const START_LIMIT_MS = 20_000
/** `sockaddr_un` holds 107 bytes; the longest name below the folder is `/<24 digits>.egress`. */
const LONGEST_SOCKET_FOLDER = 75

/** Where the sockets of a home lie: below it, or in a short private folder when its path is too long for a socket. */
const cloudSocket = (home: string): string => {
  const below = join(home, 'cloud', 'run')
  if (Buffer.byteLength(below) <= LONGEST_SOCKET_FOLDER) return join(below, 'cloud.sock')
  const digest = createHash('sha256').update(home).digest('hex').slice(0, 16)
  // Not os.tmpdir(): on macOS that alone is 49 bytes, and it differs between sessions of one user.
  return join('/tmp', `atrium-${process.getuid?.() ?? 0}-${digest}`, 'cloud.sock')
}

/** A client of the cloud of a home; its daemon need not run yet. */
export const cloudClientOf = (home: string): CloudClient =>
  createCloudClient(socketTransport(cloudSocket(realpathSync(home))))

/**
 * Starts the cloud daemon of a home, or takes over the one that runs. One with another socket, other tools or images is
 * replaced; the clusters' processes are not touched by that. Resolves once it answers.
 */
export const ensureCloud = async (options: EnsureCloudOptions): Promise<RunningCloud> => {
  const clock = options.clock ?? systemClock
  mkdirSync(join(options.home, 'cloud'), { recursive: true, mode: 0o700 })
  const home = realpathSync(options.home)
  const dir = join(home, 'cloud')
  const socket = cloudSocket(home)
  const tools = JSON.stringify(toolsOf(options))
  const recordFile = join(dir, 'daemon.json')
  await using _starting = await lock(join(dir, 'start.lock'), { clock })
  let running = await adoptProcess(recordFile, clock)
  const as = [socket, '--tools', tools].join(' ')
  if (running !== null && !running.commandLine.join(' ').includes(as)) {
    await stopProcess(running, { graceMs: 10_000 }, clock)
    running = null
  }
  const logFile = join(dir, 'daemon.log')
  const why = (what: string): string => `it ${what}; the end of ${logFile}:\n${logTail(logFile)}`
  const client = createCloudClient(socketTransport(socket))
  // One that was asked to end may still be there.
  if (running !== null && (await untilAnswers(client, running, clock, why))) return { client, socket, process: running }
  running = await startProcess(
    {
      name: 'cloud',
      command: process.execPath,
      args: [
        ...serverNodeFlags,
        fileURLToPath(new URL('./cloud/main.ts', import.meta.url)),
        ...['--dir', dir, '--socket', socket, '--tools', tools],
      ],
      env: toolEnvironment(process.env),
      logFile,
      recordFile,
    },
    clock,
  )
  if (await untilAnswers(client, running, clock, why)) return { client, socket, process: running }
  throw new Error(`the cloud of this machine: ${why('ended')}`)
}

const obtainable = Object.fromEntries(
  Object.keys(kubernetesVersions)
    .filter((version) => version !== DEFAULT_KUBERNETES_VERSION)
    .map((version) => [version, null]),
)

const toolsOf = ({ tools, images, ...options }: EnsureCloudOptions): CloudTools => ({
  etcd: tools.etcd,
  kwok: tools.kwok,
  kubernetes: {
    [options.kubernetesVersion ?? DEFAULT_KUBERNETES_VERSION]: {
      apiserver: tools['kube-apiserver'],
      controllerManager: tools['kube-controller-manager'],
      scheduler: tools['kube-scheduler'],
    },
    ...(options.moreVersions ?? obtainable),
  },
  images,
  ...(options.unsafeNoFsync === true ? { unsafeNoFsync: true } : {}),
})

/** False when it ended before it answered. */
const untilAnswers = async (
  client: CloudClient,
  daemon: ProcessRecord,
  clock: Clock,
  why: (what: string) => string,
): Promise<boolean> => {
  const deadline = clock.now() + START_LIMIT_MS
  for (;;) {
    try {
      await client.about()
      return true
    } catch (cause) {
      if (!isRunning(daemon)) return false
      if (clock.now() > deadline) throw new Error(`the cloud of this machine: ${why('does not answer')}`, { cause })
      await clock.sleep(25)
    }
  }
}
