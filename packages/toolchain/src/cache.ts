import { createHash } from 'node:crypto'
import {
  chmodSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { hasCode, writeFileAtomically } from '@atrium/runtime/base/files.ts'
import type { ToolName } from './catalogue.ts'

/**
 * Where Atrium keeps what it obtained for itself: `ATRIUM_CACHE`, else `~/.cache/atrium`.
 * Tools lie at `tools/<name>/<version>/<name>`, each with a record of its digest and origin beside it.
 */
export const cacheFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  env.ATRIUM_CACHE ?? join(env.HOME ?? homedir(), '.cache', 'atrium')

/** Where a cached binary came from. */
export type Origin =
  | { kind: 'release'; url: string; checksumUrl: string; publishedSha256: string }
  | { kind: 'build'; goPackage: string; version: string; go: string }

interface ToolRecord {
  sha256: string
  sizeBytes: number
  /** When size and this agree, the digest was checked before. */
  modifiedMs: number
  origin: Origin
}

/** One folder of tools on this machine. */
export interface ToolCache {
  readonly folder: string
  /** The path of a cached tool whose digest is the recorded one, else null. */
  find(name: ToolName, version: string): Promise<string | null>
  /** Moves a finished binary into place with its record, in one step; returns its path. */
  install(name: ToolName, version: string, binary: string, origin: Origin): Promise<string>
  /** An empty folder for unfinished work, on the same file system. */
  workFolder(): string
  /** For downloads that are not whole, each named after its content: it outlives an interruption. */
  partFolder(): string
  /** Removes what work that was interrupted left, `parts` too when they are of no more use. Only for the holder of the lock. */
  clean(what?: { parts: boolean }): void
}

export const toolCache = (folder: string): ToolCache => {
  const home = (name: ToolName, version: string): string => join(folder, name, version)
  const workRoot = join(folder, '.work')
  const parts = join(folder, '.parts')
  return {
    folder,
    find: (name, version) => findVerified(home(name, version), name),
    workFolder() {
      mkdirSync(workRoot, { recursive: true, mode: 0o700 })
      return mkdtempSync(join(workRoot, 'w'))
    },
    partFolder() {
      mkdirSync(parts, { recursive: true, mode: 0o700 })
      return parts
    },
    clean(what) {
      for (const rest of what?.parts ? [workRoot, parts] : [workRoot]) rmSync(rest, { recursive: true, force: true })
    },
    async install(name, version, binary, origin) {
      const staged = this.workFolder()
      const path = join(staged, name)
      renameSync(binary, path)
      chmodSync(path, 0o755)
      writeRecord(staged, { ...(await describe(path)), origin })
      const target = home(name, version)
      mkdirSync(join(folder, name), { recursive: true })
      // A folder cannot be renamed over one that holds something: what lies there did not pass `find`.
      rmSync(target, { recursive: true, force: true })
      renameSync(staged, target)
      return join(target, name)
    },
  }
}

/** Lower-case hexadecimal SHA-256 of a file. */
export const sha256Of = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash)
  return hash.digest('hex')
}

const recordFile = (folder: string): string => join(folder, 'record.json')

const writeRecord = (folder: string, record: ToolRecord): void =>
  writeFileAtomically(recordFile(folder), `${JSON.stringify(record, null, 2)}\n`, 0o644)

const describe = async (path: string): Promise<Omit<ToolRecord, 'origin'>> => {
  const { size, mtimeMs } = statSync(path)
  return { sha256: await sha256Of(path), sizeBytes: size, modifiedMs: mtimeMs }
}

const findVerified = async (folder: string, name: ToolName): Promise<string | null> => {
  const path = join(folder, name)
  let record: ToolRecord
  let present: ReturnType<typeof statSync>
  try {
    record = JSON.parse(readFileSync(recordFile(folder), 'utf8')) as ToolRecord
    present = statSync(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR') || error instanceof SyntaxError) return null
    throw error
  }
  if (present?.size !== record.sizeBytes) return null
  if (present.mtimeMs === record.modifiedMs) return path
  // Touched since it was verified (a copy, a restored backup): only its digest can say whether it is still the same.
  const now = await describe(path)
  if (now.sha256 !== record.sha256) return null
  writeRecord(folder, { ...now, origin: record.origin })
  return path
}
