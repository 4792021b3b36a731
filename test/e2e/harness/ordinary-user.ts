import { spawnSync } from 'node:child_process'
import { accessSync, chownSync, constants, copyFileSync, linkSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runChild } from '@atrium/cli/testing/child.ts'
import { toolPath } from '@atrium/dev-env/tool-paths.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { hasCode } from '@atrium/runtime/base/files.ts'
import { platformTools } from '@atrium/toolchain/catalogue.ts'
import { toolVariable } from '@atrium/toolchain/tools.ts'
import { root } from './platform.ts'

/** An id that no account of a common system has. */
export const USER_ID = 54_321
const LIMIT_MS = 120_000

/** `./atrium` as a user that is not root, in a home of its own. */
export interface OrdinaryPlatform {
  userId: number
  /** Answers its stdout; throws with its whole output unless it ends well. */
  atrium(...args: string[]): Promise<string>
  close(): Promise<void>
}

/** Why nobody else can be tried here; null when somebody can. Not as an ordinary user: then every other test tries it already. */
export const whyNobodyElse: string | null = (() => {
  if (process.getuid?.() !== 0) return 'skipped: the tests do not run as root'
  return spawnSync('setpriv', ['--version']).status === 0 ? null : 'skipped: there is no setpriv'
})()

/** The same for this very checkout. */
export const whyNotOrdinary: string | null = (() => {
  if (whyNobodyElse !== null) return whyNobodyElse
  const reads = spawnSync('setpriv', [...identity(), 'test', '-r', join(root, 'package.json')])
  return reads.status === 0 ? null : 'skipped: another user cannot read this checkout'
})()

/** Programs come along: the caches of root are closed to others. */
export function openOrdinaryPlatform(): OrdinaryPlatform {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-ordinary-'))
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  bring(process.execPath, join(bin, 'node'))
  const tools = platformTools.map((name) => {
    bring(toolPath(name), join(bin, name))
    return [toolVariable(name), join(bin, name)]
  })
  for (const path of [folder, bin]) chownSync(path, USER_ID, USER_ID)
  const env = { ...Object.fromEntries(tools), HOME: folder, PATH: `${bin}:/usr/local/bin:/usr/bin:/bin` }
  const run = (args: readonly string[]) =>
    runChild({
      command: 'setpriv',
      args: [...identity(), join(root, 'atrium'), ...args],
      cwd: folder,
      env,
      limitMs: LIMIT_MS,
      clock: systemClock,
      output: 'collect',
    })
  return {
    userId: USER_ID,
    async atrium(...args) {
      const { exitCode, output, stdout } = await run(args)
      if (exitCode === 0) return stdout
      throw new Error(`atrium ${args.join(' ')}: exit code ${exitCode}\n${output}`)
    },
    async close() {
      await run(['down', '--purge'])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** For `setpriv`: to run a program as that user. */
export function identity(): string[] {
  return [`--reuid=${USER_ID}`, `--regid=${USER_ID}`, '--clear-groups', '--no-new-privs']
}

/** A second name for a program, below a folder the user may enter. */
export function bring(program: string, place: string): void {
  try {
    linkSync(program, place)
  } catch (error) {
    if (!hasCode(error, 'EXDEV') && !hasCode(error, 'EPERM')) throw error
    copyFileSync(program, place, constants.COPYFILE_FICLONE)
  }
  accessSync(place, constants.X_OK)
}
