import { type ChildProcess, spawn } from 'node:child_process'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { CREATED_BY, FIELD_MANAGER } from '../names.ts'
import { shortenHelmError } from './helm-errors.ts'

export interface HelmOptions {
  /** Absolute path, or a name on PATH. */
  command: string
  kubeconfigPath: string
  /** Folder helm may write its caches to. */
  homeDir: string
  /** PATH of the child. */
  path: string
  clock: Clock
  logger: Logger
}

/** Helm said no. The message is short and fit for people. */
export class HelmError extends Error {
  override readonly name = 'HelmError'
}

export interface ReleaseName {
  name: string
  namespace: string
}

export interface ChartSource extends ReleaseName {
  /** Archive or folder of the chart. */
  chartPath: string
  valuesPath: string
  /** Leave the chart's `crds/` alone. */
  skipDefinitions?: boolean
}

export interface RenderOptions {
  isUpgrade: boolean
  /** Not against the cluster, but knowing what it serves: helm refuses kinds that it does not serve. */
  apart?: ServedVersions
}

export interface ServedVersions {
  kubernetesVersion: string
  /** `apps/v1`, `apps/v1/Deployment`. */
  apiVersions: readonly string[]
}

const apartFrom = ({ kubernetesVersion, apiVersions }: ServedVersions): string[] => [
  '--dry-run=client',
  `--kube-version=${kubernetesVersion}`,
  ...apiVersions.map((version) => `--api-versions=${version}`),
]

/** How long helm waits for one hook. */
const HOOK_TIMEOUT_S = 300
/** Helm with several hooks one after another; beyond this it hangs. */
const RUN_LIMIT_MS = 20 * 60_000
const KILL_AFTER_MS = 10_000
const OUTPUT_BYTES = 64 * 1024 * 1024
const ERROR_BYTES = 256 * 1024
const applying = ['--server-side=true', '--force-conflicts', `--timeout=${HOOK_TIMEOUT_S}s`]

/** The real helm as a child process: argument lists, no shell, bounded time and output. */
export class Helm {
  readonly #options: HelmOptions
  readonly #running = new Set<ChildProcess>()

  constructor(options: HelmOptions) {
    this.#options = options
  }

  /** Installs or upgrades; hooks run and are waited for, readiness is not. */
  async upgrade(source: ChartSource, signal: AbortSignal): Promise<void> {
    const { name, namespace, chartPath, valuesPath, skipDefinitions } = source
    await this.#run(
      ['upgrade', name, chartPath, '--install', `--namespace=${namespace}`, `--values=${valuesPath}`]
        .concat(applying)
        .concat(['--history-max=5', '--hide-notes', `--labels=${CREATED_BY}=${FIELD_MANAGER}`])
        .concat(skipDefinitions ? ['--skip-crds'] : []),
      signal,
    )
  }

  async rollback(release: ReleaseName, revision: number, signal: AbortSignal): Promise<void> {
    const { name, namespace } = release
    await this.#run(
      ['rollback', name, String(revision), `--namespace=${namespace}`, '--history-max=5'].concat(applying),
      signal,
    )
  }

  async uninstall(release: ReleaseName, signal: AbortSignal): Promise<void> {
    const { name, namespace } = release
    await this.#run(
      ['uninstall', name, `--namespace=${namespace}`, '--ignore-not-found', `--timeout=${HOOK_TIMEOUT_S}s`],
      signal,
    )
  }

  /** The manifests an installation or upgrade would apply, rendered against the cluster; changes nothing. Hooks are left out. */
  async render(source: ChartSource, { isUpgrade, apart }: RenderOptions, signal: AbortSignal): Promise<string> {
    const { name, namespace, chartPath, valuesPath } = source
    return this.#run(
      ['template', name, chartPath, `--namespace=${namespace}`, `--values=${valuesPath}`].concat([
        ...(isUpgrade ? ['--is-upgrade'] : []),
        ...(apart ? apartFrom(apart) : ['--dry-run=server']),
        '--no-hooks',
      ]),
      signal,
    )
  }

  /** Text of all definitions in `crds/` of a chart and of those within it, also of those that its values leave out. */
  async definitions({ chartPath }: ChartSource, signal: AbortSignal): Promise<string> {
    return this.#run(['show', 'crds', chartPath], signal)
  }

  /** Ends what still runs, at once: for a process that cannot wait any longer. */
  kill(): void {
    for (const child of this.#running) child.kill('SIGKILL')
  }

  async #run(args: string[], signal: AbortSignal): Promise<string> {
    const { command, homeDir, kubeconfigPath, path, clock, logger } = this.#options
    logger.debug({ helm: args.slice(0, 3) }, 'running helm')
    const child = spawn(command, args, {
      cwd: homeDir,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: path,
        HOME: homeDir,
        KUBECONFIG: kubeconfigPath,
        HELM_CACHE_HOME: `${homeDir}/cache`,
        HELM_CONFIG_HOME: `${homeDir}/config`,
        HELM_DATA_HOME: `${homeDir}/data`,
      },
    })
    const stdout = collect(child, 'stdout', OUTPUT_BYTES)
    const stderr = collect(child, 'stderr', ERROR_BYTES)
    const cancel = endBy(child, clock, signal)
    this.#running.add(child)
    const code = await new Promise<number | Error>((resolve) => {
      child.once('error', resolve)
      child.once('close', (status, killedBy) => resolve(status ?? new Error(`helm was ended by ${killedBy}`)))
    })
    this.#running.delete(child)
    cancel()
    if (signal.aborted) throw new HelmError('stopped: a newer desired state replaces it, or the agent stops')
    if (code instanceof Error) throw new HelmError(code.message)
    if (code !== 0) throw new HelmError(shortenHelmError(stderr()))
    return stdout()
  }
}

/** Keeps the first `limit` bytes; a child that prints more is ended. */
function collect(child: ChildProcess, name: 'stdout' | 'stderr', limit: number): () => string {
  const parts: Buffer[] = []
  let size = 0
  child[name]?.on('data', (part: Buffer) => {
    size += part.length
    if (size <= limit) parts.push(part)
    else child.kill('SIGKILL')
  })
  return () => Buffer.concat(parts).toString('utf8')
}

/** Asks the child to end at the limit or on abort, and ends it when it does not. */
function endBy(child: ChildProcess, clock: Clock, signal: AbortSignal): () => void {
  const timers: (() => void)[] = []
  const end = (): void => {
    child.kill('SIGTERM')
    timers.push(clock.after(KILL_AFTER_MS, () => void child.kill('SIGKILL')))
  }
  timers.push(clock.after(RUN_LIMIT_MS, end))
  if (signal.aborted) end()
  signal.addEventListener('abort', end, { once: true })
  return () => {
    signal.removeEventListener('abort', end)
    for (const cancel of timers) cancel()
  }
}
