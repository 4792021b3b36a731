import { fileURLToPath } from 'node:url'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { kubernetesVersions } from '@atrium/toolchain/catalogue.ts'
import {
  adoptProcess,
  isRunning,
  logTail,
  type ProcessRecord,
  startProcess,
  stopProcess,
} from '@atrium/toolchain/process.ts'
import { findTools } from '@atrium/toolchain/tools.ts'
import { bringerPaths } from './paths.ts'
import type { CloudTools, KubernetesBinaries } from './protocol.ts'

export interface BinariesDeps {
  clock: Clock
  logger: Logger
  /** The cloud's. */
  dir: string
  known: CloudTools['kubernetes']
  /** Read by whoever obtains tools. */
  env: NodeJS.ProcessEnv
  /** The binaries of a version where they are on this machine; default: those of the toolchain. */
  findHere?: (version: string) => Promise<KubernetesBinaries | null>
}

/** After a failure, for example without a way to the publisher. */
const RETRY_MS = 60_000
const LOOK_MS = 1_000
const LAST_LINE_BYTES = 400

/** What is known of a version whose binaries are not here yet. */
interface Search {
  waitingFor: string
  nextLook: number
  retryAt: number
  bringer: ProcessRecord | null
}

/** Binaries of Kubernetes versions, each obtained when the first cluster asks for it. */
export class Binaries {
  readonly #deps: BinariesDeps
  readonly #found = new Map<string, KubernetesBinaries>()
  readonly #searches = new Map<string, Search>()
  readonly #looks = new Map<string, Promise<void>>()

  constructor(deps: BinariesDeps) {
    this.#deps = deps
    for (const [version, binaries] of Object.entries(deps.known)) if (binaries) this.#found.set(version, binaries)
  }

  versions(): string[] {
    return Object.keys(this.#deps.known)
  }

  /** Null while they are not here; to ask for them is to have them obtained. */
  find(version: string): KubernetesBinaries | null {
    const found = this.#found.get(version)
    if (found !== undefined) return found
    if (!this.#looks.has(version))
      this.#looks.set(
        version,
        this.#look(version).finally(() => this.#looks.delete(version)),
      )
    return null
  }

  /** Where the search for them is; empty once they are here. */
  waitingFor(version: string): string {
    if (this.#found.has(version)) return ''
    return `the programs of Kubernetes ${version}: ${this.#searches.get(version)?.waitingFor ?? 'they are looked for'}`
  }

  /** What is half obtained goes on at the next start. */
  async close(): Promise<void> {
    await Promise.all(this.#looks.values())
    for (const { bringer } of this.#searches.values())
      if (bringer !== null) await stopProcess(bringer, { graceMs: 0, group: true }, this.#deps.clock)
  }

  async #look(version: string): Promise<void> {
    const { clock, logger } = this.#deps
    const search = this.#searches.get(version) ?? {
      ...{ waitingFor: 'they are looked for', nextLook: 0, retryAt: 0, bringer: null },
    }
    this.#searches.set(version, search)
    if (clock.now() < search.nextLook) return
    search.nextLook = clock.now() + LOOK_MS
    try {
      const here = await (this.#deps.findHere ?? binariesHere)(version)
      if (here !== null) {
        this.#found.set(version, here)
        this.#searches.delete(version)
        logger.info({ version }, 'binaries of Kubernetes are here')
      } else await this.#bring(version, search)
    } catch (error) {
      search.waitingFor = messageOf(error)
      logger.warn({ version, error: search.waitingFor }, 'binaries of Kubernetes were not obtained')
    }
  }

  async #bring(version: string, search: Search): Promise<void> {
    const { clock, dir, env } = this.#deps
    const { record: recordFile, log: logFile } = bringerPaths(dir, version)
    search.bringer ??= await adoptProcess(recordFile, clock)
    if (search.bringer !== null && isRunning(search.bringer)) {
      search.waitingFor = lastLine(logFile) || 'they are being obtained'
      return
    }
    if (search.bringer !== null) {
      search.bringer = null
      search.retryAt = clock.now() + RETRY_MS
      search.waitingFor = `they could not be obtained, which is tried again in a minute: ${lastLine(logFile)}`
    }
    if (clock.now() < search.retryAt) return
    const program = fileURLToPath(new URL('./bring.ts', import.meta.url))
    const args = ['--disable-warning=ExperimentalWarning', program, version]
    const how = { command: process.execPath, args, env, logFile, recordFile }
    search.bringer = await startProcess({ name: `obtain-kubernetes-${version}`, ...how }, clock)
  }
}

const binariesHere = async (version: string): Promise<KubernetesBinaries | null> => {
  const tools = kubernetesVersions[version]
  if (tools === undefined) return null
  const found = await findTools(Object.values(tools))
  const [apiserver, controllerManager, scheduler] = [
    found[tools.apiserver],
    found[tools.controllerManager],
    found[tools.scheduler],
  ]
  return apiserver && controllerManager && scheduler ? { apiserver, controllerManager, scheduler } : null
}

/** Without its full stop: it becomes part of a sentence. */
const lastLine = (logFile: string): string =>
  (logTail(logFile, LAST_LINE_BYTES).trim().split('\n').at(-1) ?? '').replace(/\.$/, '')
