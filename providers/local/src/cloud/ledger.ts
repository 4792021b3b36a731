import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasCode, writeFileAtomically } from '@atrium/runtime/base/files.ts'

/** Uids of clusters that were deleted: a late repetition of a create must not bring one back. */
export interface Ledger {
  has(uid: string): boolean
  add(uid: string): void
}

/** Repetitions come within minutes, not after ten thousand clusters. */
const KEPT = 10_000

export const openLedger = (cloudDir: string): Ledger => {
  const path = join(cloudDir, 'deleted-clusters')
  const lines = readLines(path)
  const uids = new Set(lines.slice(-KEPT))
  if (lines.length > 2 * KEPT) writeFileAtomically(path, `${[...uids].join('\n')}\n`)
  return {
    has: (uid) => uids.has(uid),
    add(uid) {
      if (uids.has(uid)) return
      appendFileSync(path, `${uid}\n`, { mode: 0o600, flush: true })
      uids.add(uid)
    },
  }
}

const readLines = (path: string): string[] => {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}
