import { accessSync, constants } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { type Clock, systemClock } from '@atrium/runtime/base/clock.ts'
import { tellsVersion } from './build.ts'
import { cacheFolder, type ToolCache, toolCache } from './cache.ts'
import { catalogue, type ToolName } from './catalogue.ts'
import { lock } from './lock.ts'
import { obtain } from './obtain.ts'
import type { OnProgress } from './progress.ts'

export type { ToolName } from './catalogue.ts'
export type { ToolProgress } from './progress.ts'

export interface EnsureOptions {
  /** Told what is missing, how long it will take, and how far it is. Nothing is told when everything is there. */
  onProgress?: OnProgress
  /** `ATRIUM_TOOL_<NAME>`, `ATRIUM_CACHE`, `ATRIUM_TOOL_MIRROR`, `ATRIUM_GO`, PATH and HOME are read from it. */
  env?: NodeJS.ProcessEnv
  clock?: Clock
  fetcher?: typeof fetch
  /** Folder with `<module>/go.mod` for each tool; default: `tools/` of this checkout. */
  modulesFolder?: string
}

/**
 * Absolute paths of tools, obtaining those that are missing. For each, in this order: the path its variable names;
 * PATH, when its version fits; the cache; the official release, verified against its publisher's checksum file;
 * `go build` from the pinned module.
 *
 * Safe when several processes start at once: one works, the others wait and then find the result.
 * Throws before any work when something is missing that it cannot get by itself (Go), saying what and how to get it.
 */
export const ensureTools = async <Name extends ToolName>(
  names: readonly Name[],
  options: EnsureOptions = {},
): Promise<Record<Name, string>> => {
  const env = options.env ?? process.env
  const clock = options.clock ?? systemClock
  const onProgress = options.onProgress ?? (() => undefined)
  const cache = toolCache(join(cacheFolder(env), 'tools'))
  let found = await findTools(names, env, cache)
  if (missingOf(names, found).length > 0) {
    await using _held = await lock(join(cache.folder, '.lock'), {
      clock,
      onWait: (pid) =>
        onProgress({
          kind: 'note',
          message: `Another process${pid === null ? '' : ` (pid ${pid})`} is obtaining tools: waiting for it.`,
        }),
    })
    // Whoever held the lock before may have brought them.
    found = await findTools(names, env, cache)
    const missing = missingOf(names, found)
    if (missing.length > 0) {
      await obtain(missing, {
        cache,
        env,
        clock,
        onProgress,
        fetcher: options.fetcher ?? fetch,
        modulesFolder: options.modulesFolder ?? resolve(import.meta.dirname, '../../../tools'),
      })
      found = await findTools(names, env, cache)
    }
  }
  const lost = missingOf(names, found)
  if (lost.length > 0) throw new Error(`${lost.join(', ')} disappeared from ${cache.folder} while it was obtained`)
  return found as Record<Name, string>
}

/** The variable that names a tool's path, e.g. `ATRIUM_TOOL_KUBE_APISERVER` or `ATRIUM_TOOL_KUBE_APISERVER_1_35`. */
export const toolVariable = (name: ToolName): string => `ATRIUM_TOOL_${name.toUpperCase().replaceAll(/[-.]/g, '_')}`

/** The variables that decide where tools come from: for a process that obtains some on behalf of this one. */
export const toolEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => TOOL_VARIABLES.test(name)))

const TOOL_VARIABLES =
  /^(PATH|HOME|TMPDIR|ATRIUM_(CACHE|GO|TOOL_\w+)|GO[A-Z]+|SSL_CERT_(FILE|DIR)|(https?|no|all)_proxy)$/i

/** Paths of the tools that are here, without obtaining anything; null for each that is missing. */
export const findTools = async <Name extends ToolName>(
  names: readonly Name[],
  env: NodeJS.ProcessEnv = process.env,
  cache: ToolCache = toolCache(join(cacheFolder(env), 'tools')),
): Promise<Record<Name, string | null>> => {
  const paths = await Promise.all(names.map((name) => findTool(name, env, cache)))
  return Object.fromEntries(names.map((name, index) => [name, paths[index] ?? null])) as Record<Name, string | null>
}

const findTool = async (name: ToolName, env: NodeJS.ProcessEnv, cache: ToolCache): Promise<string | null> => {
  const explicit = env[toolVariable(name)]
  if (explicit !== undefined && explicit !== '') {
    if (!isExecutable(explicit)) throw new Error(`${toolVariable(name)} names ${explicit}, which is no executable file`)
    return resolve(explicit)
  }
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  for (const path of folders.map((folder) => resolve(folder, name))) {
    if (isExecutable(path) && (await tellsVersion(path, name))) return path
  }
  return cache.find(name, catalogue[name].version)
}

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const missingOf = <Name extends ToolName>(names: readonly Name[], found: Record<Name, string | null>): Name[] =>
  [...new Set(names)].filter((name) => found[name] === null)
