import { statSync } from 'node:fs'
import { hasCode } from '@atrium/runtime/base/files.ts'

/** Throws when others may read the file; one that is not there is nobody's. `holds`: what they would read. */
export function refuseOpenFile(file: string, holds: string): void {
  try {
    const { mode } = statSync(file)
    if ((mode & 0o077) === 0) return
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return
    throw error
  }
  throw new Error(`${file} holds ${holds}, and others may read it. Close it: chmod 600 ${file}`)
}
