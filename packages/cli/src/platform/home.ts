import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { isPlatformHome, type PlatformHome } from '@atrium/toolchain/platform.ts'

/** The nearest folder that exists: the path itself may not yet. */
export const existingFolder = (path: string): string => (existsSync(path) ? path : existingFolder(dirname(path)))

/** Makes the home folder (0700) unless it is there. Throws saying why it cannot be used. */
export function ensureHome(home: PlatformHome): void {
  const { folder } = home
  try {
    const nearest = existingFolder(folder)
    if (!statSync(nearest).isDirectory()) throw new Error(`${nearest} is no folder`)
    accessSync(nearest, constants.W_OK | constants.X_OK)
    refuseOthers(home)
    makeFolder(folder)
  } catch (error) {
    throw new Error(`The home folder ${folder} cannot be used: ${messageOf(error)}. Choose another: --home DIR`)
  }
}

/** Among somebody else's files a platform may live, but not in them: a purge could not tell which are whose. */
function refuseOthers(home: PlatformHome): void {
  if (isPlatformHome(home)) return
  const taken = home.entries.find((path) => existsSync(path))
  if (taken !== undefined) throw new Error(`${taken} is there already, and no platform made it`)
}

/** One level after the other: `recursive` does not come back where a file system allows no folders, /proc for example. */
function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Somebody else was faster.
    if (!existsSync(path)) throw error
  }
}
