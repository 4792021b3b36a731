import { chmodSync, statfsSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { buildTools, findGo, GO_ADVICE, type Go, tellsVersion } from './build.ts'
import type { Origin, ToolCache } from './cache.ts'
import { catalogue, type Release, type ToolName, thisPlatform } from './catalogue.ts'
import { formatBytes, formatSeconds, type OnProgress } from './progress.ts'
import { downloadRelease, type OfferedRelease, readPublishedDigest } from './release.ts'

export interface ObtainContext {
  cache: ToolCache
  env: NodeJS.ProcessEnv
  clock: Clock
  onProgress: OnProgress
  fetcher: typeof fetch
  modulesFolder: string
}

/** How each missing tool will be had. */
interface Plan {
  downloads: { name: ToolName; release: OfferedRelease }[]
  builds: ToolName[]
  go: Go | null
  /** Why a release cannot be used, by tool: told when there is no other way. */
  refused: Map<ToolName, string>
}

/** Brings missing tools into the cache. Only for the holder of its lock. */
export const obtain = async (missing: readonly ToolName[], context: ObtainContext): Promise<void> => {
  context.cache.clean()
  context.onProgress({ kind: 'note', message: `Missing: ${missing.join(', ')}. Asking their publishers for releases.` })
  const plan = await makePlan(missing, context)
  if (plan.builds.length > 0 && plan.go === null) throw new Error(nothingToBuildWith(plan.builds, plan.refused))
  context.onProgress({ kind: 'note', message: describePlan(plan) })
  warnAboutDisk(plan, context)
  try {
    const fellThrough = await downloadAll(plan, context)
    await buildAll([...plan.builds, ...fellThrough], plan, context)
    context.cache.clean({ parts: true })
  } finally {
    context.cache.clean()
  }
}

const makePlan = async (missing: readonly ToolName[], context: ObtainContext): Promise<Plan> => {
  const plan: Plan = { downloads: [], builds: [], go: null, refused: new Map() }
  const platform = thisPlatform()
  const offers = missing.map(async (name) => {
    const release = catalogue[name].release(platform)
    if (release === null) return { name, reason: 'no release is published for this platform' }
    try {
      return { name, release: await readPublishedDigest(mirrored(release, context.env), context.fetcher) }
    } catch (error) {
      return { name, reason: messageOf(error) }
    }
  })
  for (const offer of await Promise.all(offers)) {
    if (offer.release !== undefined) plan.downloads.push({ name: offer.name, release: offer.release })
    else {
      plan.builds.push(offer.name)
      plan.refused.set(offer.name, offer.reason)
    }
  }
  plan.go = await findGo(context.env)
  return plan
}

/** `ATRIUM_TOOL_MIRROR`: a server that holds the publishers' files under `<mirror>/<host>/<path>`, for closed networks. */
const mirrored = (release: Release, env: NodeJS.ProcessEnv): Release => {
  const mirror = env.ATRIUM_TOOL_MIRROR
  if (mirror === undefined || mirror === '') return release
  const move = (url: string): string => `${mirror.replace(/\/$/, '')}/${url.replace(/^https:\/\//, '')}`
  return { ...release, url: move(release.url), checksumUrl: move(release.checksumUrl) }
}

const nothingToBuildWith = (builds: readonly ToolName[], refused: Map<ToolName, string>): string =>
  [
    `Nothing was started: ${builds.join(', ')} must be built, and there is no Go here.`,
    ...builds.map((name) => `  ${name}: no verified release (${refused.get(name) ?? 'none'})`),
    GO_ADVICE,
  ].join('\n')

const describePlan = ({ downloads, builds, go }: Plan): string => {
  const parts: string[] = []
  const bytes = downloads.reduce((sum, { name }) => sum + catalogue[name].sizeBytes, 0)
  if (downloads.length > 0)
    parts.push(`downloading ${downloads.map(({ name }) => name).join(', ')} (about ${formatBytes(bytes)})`)
  const seconds = builds.reduce((sum, name) => sum + catalogue[name].buildSeconds, 0) * (2 / availableParallelism())
  if (builds.length > 0)
    parts.push(
      `building ${builds.join(', ')} with ${go?.version} (up to about ${formatSeconds(seconds)} on ${availableParallelism()} cores; ` +
        'less when Go has built them before; what is finished stays, also when this is interrupted)',
    )
  return `Once for this machine: ${parts.join('; ')}.`
}

/** Go's caches, measured after building everything: 2.2 GB of sources, 4.6 GB of compiled packages. */
const BUILD_DISK_BYTES = 7e9

const warnAboutDisk = (plan: Plan, { cache, onProgress }: ObtainContext): void => {
  const { bavail, bsize } = statfsSync(cache.folder)
  const freeBytes = bavail * bsize
  if (plan.builds.length === 0 || freeBytes > BUILD_DISK_BYTES) return
  const message = `Only ${formatBytes(freeBytes)} are free at ${cache.folder}; building everything takes up to ${formatBytes(BUILD_DISK_BYTES)} (Go's caches included).`
  onProgress({ kind: 'note', message })
}

/** Downloads what is offered; returns what failed and can still be built. */
const downloadAll = async (plan: Plan, context: ObtainContext): Promise<ToolName[]> => {
  const { cache, clock, fetcher } = context
  const fellThrough: ToolName[] = []
  await inParallel(2, plan.downloads, async ({ name, release }) => {
    try {
      const startedMs = clock.now()
      const { path, origin } = await downloadRelease(release, cache.workFolder(), cache.partFolder(), {
        ...{ fetcher, clock },
        onBytes(done, total) {
          const perByte = (clock.now() - startedMs) / 1000 / done
          const secondsLeft = total === null ? null : perByte * (total - done)
          context.onProgress({ kind: 'step', work: name, phase: 'downloading', done, total, secondsLeft })
        },
      })
      await install(name, path, origin, context)
    } catch (error) {
      if (plan.go === null) throw error
      context.onProgress({ kind: 'note', message: `${name}: ${messageOf(error)}. Building it instead.` })
      fellThrough.push(name)
    }
  })
  return fellThrough
}

const buildAll = async (names: readonly ToolName[], plan: Plan, context: ObtainContext): Promise<void> => {
  const { go } = plan
  if (go === null || names.length === 0) return
  // Tools of one module share most of their packages: one after another they are compiled once.
  const modules = Map.groupBy(names, (name) => catalogue[name].module)
  const longestFirst = [...modules.values()].sort((a, b) => secondsOf(b) - secondsOf(a))
  await inParallel(parallelBuilds(), longestFirst, (group) =>
    buildTools({
      go,
      names: group,
      modulesFolder: context.modulesFolder,
      outFolder: context.cache.workFolder(),
      env: context.env,
      clock: context.clock,
      onProgress: context.onProgress,
      onBuilt: (name, path) => {
        const { goPackage, version } = catalogue[name]
        return install(name, path, { kind: 'build', goPackage, version, go: go.version }, context)
      },
    }),
  )
}

const secondsOf = (names: readonly ToolName[]): number =>
  names.reduce((sum, name) => sum + catalogue[name].buildSeconds, 0)

/** Linking an API server peaks at 1.7 GB: as many at once as cores and memory carry. */
const parallelBuilds = (): number =>
  Math.max(1, Math.min(Math.max(2, Math.floor(availableParallelism() / 2)), Math.floor(totalmem() / 2.5e9)))

const install = async (name: ToolName, binary: string, origin: Origin, context: ObtainContext): Promise<void> => {
  const { version } = catalogue[name]
  chmodSync(binary, 0o755)
  if (!(await tellsVersion(binary, name)))
    throw new Error(`${binary} does not run, or does not tell version ${version} (is its folder mounted noexec?)`)
  await context.cache.install(name, version, binary, origin)
  const how = origin.kind === 'release' ? 'downloaded and verified' : 'built'
  context.onProgress({ kind: 'note', message: `${name} ${version} ${how}.` })
}

/** Runs `task` for each item, at most `limit` at once. All are tried; then the first error is thrown. */
const inParallel = async <Item>(
  limit: number,
  items: readonly Item[],
  task: (item: Item) => Promise<void>,
): Promise<void> => {
  const waiting = [...items]
  const errors: unknown[] = []
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        await task(item)
      } catch (error) {
        errors.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: limit }, worker))
  if (errors.length > 1) throw new AggregateError(errors, errors.map(messageOf).join('\n'))
  if (errors.length === 1) throw errors[0]
}
