import { execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { catalogue, type ToolName, versionFits } from './catalogue.ts'
import type { OnProgress } from './progress.ts'

const run = promisify(execFile)

export interface Go {
  path: string
  /** As `go version` says it, e.g. `go1.26.8`. */
  version: string
}

/** From this version on, Go fetches by itself the newer toolchain that a go.mod asks for. */
const OLDEST_GO_MINOR = 21

export const GO_ADVICE =
  'Go 1.21 or newer is needed. Install it from https://go.dev/dl (unpack it to /usr/local/go and add /usr/local/go/bin to PATH), ' +
  'or with a package manager (`brew install go`, `apt-get install golang` on a recent system), then run this again. ' +
  'Or give binaries of your own: ATRIUM_TOOL_<NAME>=/path/to/binary, e.g. ATRIUM_TOOL_KUBE_APISERVER.'

/** The Go on this machine: `ATRIUM_GO`, PATH, else where its installer puts it. Null when there is none, or too old a one. */
export const findGo = async (env: NodeJS.ProcessEnv): Promise<Go | null> => {
  for (const path of env.ATRIUM_GO === undefined ? ['go', '/usr/local/go/bin/go'] : [env.ATRIUM_GO]) {
    try {
      const { stdout } = await run(path, ['env', 'GOVERSION'], { env })
      const [, minor] = /^go1\.(\d+)/.exec(stdout.trim()) ?? []
      if (Number(minor) >= OLDEST_GO_MINOR) return { path, version: stdout.trim() }
    } catch {
      // Not there, or not Go: the next place may have it.
    }
  }
  return null
}

export interface BuildOptions {
  go: Go
  /** Tools of one module. */
  names: readonly ToolName[]
  /** The folder that holds `<module>/go.mod`. */
  modulesFolder: string
  /** An empty folder for the binaries. */
  outFolder: string
  /** Told after each one, so that what is finished stays when a later one is interrupted. */
  onBuilt: (name: ToolName, path: string) => Promise<void>
  env: NodeJS.ProcessEnv
  clock: Clock
  onProgress: OnProgress
}

/** Builds tools of one module from the sources its go.mod and go.sum pin; throws with the compiler's words. */
export const buildTools = async (options: BuildOptions): Promise<void> => {
  const { names } = options
  const [first] = names
  if (first === undefined) return
  const { module } = catalogue[first]
  const packages = names.map((name) => catalogue[name].goPackage)
  const flags = ['-trimpath', '-ldflags', ['-s', '-w', ...catalogue[first].ldflags].join(' ')]
  const work = names.join(', ')
  const go = { path: options.go.path, folder: join(options.modulesFolder, module), env: goEnvironment(options.env) }
  let fetched = 0
  const onModule = (line: string): void => {
    if (!line.startsWith('go: downloading')) return
    fetched += 1
    options.onProgress({ kind: 'step', work, phase: 'fetching sources', done: fetched, total: null, secondsLeft: null })
  }
  const staleFormat = '{{if .Stale}}{{.ImportPath}}{{end}}'
  const stale = await runGo(go, ['list', '-deps', '-f', staleFormat, ...flags, ...packages], onModule)
  const onPackage = compileProgress(options, work, new Set(stale.split('\n').filter((line) => line !== '')))
  for (const name of names) {
    const path = join(options.outFolder, name)
    await runGo(go, ['build', '-v', ...flags, '-o', path, catalogue[name].goPackage], onPackage)
    await options.onBuilt(name, path)
  }
}

export interface GoRun {
  path: string
  folder: string
  env: NodeJS.ProcessEnv
}

/** The go.mod and go.sum of the folder decide, whatever a user has set for projects of their own. */
export const goEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...env,
  ...{ CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off', GO111MODULE: 'on' },
})

/** Runs go, hands each line of its stderr to `onLine`, returns its stdout. */
export const runGo = (go: GoRun, args: string[], onLine: (line: string) => void): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(go.path, args, { cwd: go.folder, env: go.env, stdio: ['ignore', 'pipe', 'pipe'] })
    const out: Buffer[] = []
    const lastLines: string[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    createInterface({ input: child.stderr }).on('line', (line) => {
      lastLines.push(line)
      if (lastLines.length > 30) lastLines.shift()
      onLine(line)
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(Buffer.concat(out).toString('utf8'))
      reject(
        new Error(`go ${args[0]} in ${go.folder} ended with ${signal ?? `code ${code}`}:\n${lastLines.join('\n')}`),
      )
    })
  })

/** `go build -v` names each package it compiles: progress is the share of those that had to be. */
const compileProgress = (options: BuildOptions, work: string, stale: Set<string>): ((line: string) => void) => {
  const total = stale.size
  const startedMs = options.clock.now()
  let done = 0
  return (line) => {
    if (!stale.delete(line)) return
    done += 1
    const elapsedSeconds = (options.clock.now() - startedMs) / 1000
    // Until a few percent are done, the pace says nothing.
    const secondsLeft = done * 20 < total ? null : (elapsedSeconds / done) * (total - done)
    options.onProgress({ kind: 'step', work, phase: 'compiling', done, total, secondsLeft })
  }
}

/** True when a built or found binary tells the version that is pinned. */
export const tellsVersion = async (path: string, name: ToolName): Promise<boolean> => {
  const { version, versionArgs } = catalogue[name]
  try {
    const { stdout, stderr } = await run(path, [...versionArgs], { timeout: 20_000, maxBuffer: 1024 * 1024 })
    return versionFits(`${stdout}\n${stderr}`, version)
  } catch {
    return false
  }
}
