import { execFileSync } from 'node:child_process'
import { chownSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import { runChild } from '@atrium/cli/testing/child.ts'
import { toolPath } from '@atrium/dev-env/tool-paths.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { cacheFolder } from '@atrium/toolchain/cache.ts'
import { platformTools } from '@atrium/toolchain/catalogue.ts'
import { toolVariable } from '@atrium/toolchain/tools.ts'
import { bring, identity, USER_ID } from './ordinary-user.ts'
import { root } from './platform.ts'

/** Node, the dependencies and the demo: only what hangs takes this long. */
export const FRESH_LIMIT_MS = 10 * 60_000

/** What the committed state of this checkout is to somebody who has just cloned it. */
export interface FreshClone {
  /** Who owns it and runs it. */
  userId: number
  /** Its `./atrium`; throws with its output unless it ends well. */
  atrium(...args: string[]): Promise<string>
  close(): Promise<void>
}

/**
 * A clone below a folder that only its owner may enter, with an empty home and nothing cached but the external binaries,
 * whose making takes many minutes and is tested beside the toolchain.
 */
export function cloneFresh(who: 'ourselves' | 'ordinary user'): FreshClone {
  const userId = who === 'ourselves' ? (process.getuid?.() ?? 0) : USER_ID
  const folder = mkdtempSync(join(tmpdir(), 'atrium-fresh-'))
  const [clone, home, cache] = ['main', 'home', 'cache'].map((name) => join(folder, name)) as [string, string, string]
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', root, clone])
  mkdirSync(home)
  const own = (path: string, ...how: string[]) => execFileSync('chown', [...how, `${userId}:${userId}`, path])
  if (who === 'ordinary user') own(folder, '-R')
  const variables = bringTools(join(cache, 'tools'))
  if (who === 'ordinary user') for (const path of foldersBelow(cache)) chownSync(path, userId, userId)
  const env = { ...networkOf(process.env), ...variables, HOME: home, ATRIUM_CACHE: cache, PATH: pathOfOthers() }
  const run = (args: readonly string[]) => {
    const command = [...(who === 'ourselves' ? [] : ['setpriv', ...identity()]), join(clone, 'atrium'), ...args]
    const [program = '', ...rest] = command
    const child = { command: program, args: rest, cwd: home, env, limitMs: FRESH_LIMIT_MS, clock: systemClock }
    return runChild({ ...child, output: 'collect' })
  }
  return {
    userId,
    async atrium(...args) {
      const { exitCode, output } = await run(args)
      if (exitCode === 0) return output
      throw new Error(`atrium ${args.join(' ')}: exit code ${exitCode}\n${output}`)
    },
    async close() {
      if (existsSync(join(home, '.atrium'))) await run(['down', '--purge'])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Cached tools with their records; those that are somebody's own are named by variables, as that one would. */
function bringTools(target: string): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const name of platformTools) {
    const source = toolPath(name)
    const version = dirname(source)
    const place = join(target, name, basename(version))
    mkdirSync(place, { recursive: true })
    bring(source, join(place, name))
    const record = join(version, 'record.json')
    if (existsSync(record)) copyFileSync(record, join(place, 'record.json'))
    else variables[toolVariable(name)] = join(place, name)
  }
  return variables
}

const foldersBelow = (folder: string): string[] =>
  execFileSync('find', [folder, '-type', 'd'], { encoding: 'utf8' }).trim().split('\n')

/** PATH without the Node that `./atrium` brought for us: it is closed to others, and a new machine has none of it. */
const pathOfOthers = (): string =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((path) => !path.startsWith(cacheFolder()) && !path.includes('node_modules'))
    .join(delimiter)

/** How this machine reaches the registry of npm: its own settings lie in the home that is not there. */
const networkOf = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    Object.entries(env).filter(([name]) => /^(https?_proxy|no_proxy|node_extra_ca_certs)$/i.test(name)),
  ),
  npm_config_registry: execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim(),
})
