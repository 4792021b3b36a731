import { lstatSync, type Stats } from 'node:fs'
import { hasCode } from '@atrium/runtime/base/files.ts'

/**
 * Throws when somebody else could have put something into the folder: names below `/tmp` can be guessed, and whoever makes one first would answer in the place of the cloud. A folder that does not exist is fine.
 */
export function checkPrivateFolder(path: string): void {
  const found = statusOf(path)
  if (found === null) return
  const own = process.getuid?.()
  if (found.isDirectory() && (own === undefined || found.uid === own) && (found.mode & 0o022) === 0) return
  throw new Error(
    `${path} is not a folder of this user alone: somebody else made it. Remove it, or choose a home with a shorter path`,
  )
}

function statusOf(path: string): Stats | null {
  try {
    return lstatSync(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  }
}
