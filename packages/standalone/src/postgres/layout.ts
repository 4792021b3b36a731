import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chownSync, cpSync, existsSync, lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { hasCode } from '@atrium/runtime/base/files.ts'
import { NOBODY } from '@atrium/toolchain/user.ts'
import { findBinaries, type PostgresBinaries } from './binaries.ts'
import type { PostgresIdentity } from './identity.ts'

/** Where everything of one embedded PostgreSQL lies. */
export interface PostgresLayout {
  binaries: PostgresBinaries
  data: string
  /** Folder of the Unix socket, mode 0700: who can enter it may connect. */
  sockets: string
  links: string
}

/** `sun_path` holds 104 bytes on macOS and 108 on Linux, with a closing zero. */
const SOCKET_PATH_BYTES_MAX = 103
const SYSTEM_FOLDER = '/var/lib/atrium-postgres'

/** Works out and makes the folders. `folder` is the user's choice, usually `HOME/postgres`. */
export const prepareLayout = (folder: string, identity: PostgresIdentity): PostgresLayout => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const base = identity === 'nobody' ? makeStage(folder) : folder
  const layout = {
    binaries: identity === 'nobody' ? stageBinaries(findBinaries()) : findBinaries(),
    data: dataFolderOf(folder, identity),
    links: join(base, 'lib'),
    sockets: socketFolder(base, folder),
  }
  makePrivateFolder(layout.sockets, identity)
  return layout
}

/** Where the data of a folder lies; makes nothing. */
export const dataFolderOf = (folder: string, identity: PostgresIdentity): string =>
  join(identity === 'nobody' ? stageOf(folder) : folder, 'data')

/** Everything on disk that belongs to one embedded PostgreSQL: what a purge removes. */
export const foldersOf = (folder: string, identity: PostgresIdentity): string[] => {
  const base = identity === 'nobody' ? stageOf(folder) : folder
  return [...new Set([folder, base, socketFolder(base, folder)])]
}

/** The folder outside `folder` that holds its data when PostgreSQL runs as nobody. */
export const stageOf = (folder: string): string => join(SYSTEM_FOLDER, shortHash(folder))

const socketFolder = (base: string, folder: string): string => {
  const preferred = join(base, 'run')
  const bytes = Buffer.byteLength(join(preferred, '.s.PGSQL.5432'))
  // Not os.tmpdir(): on macOS that alone is 49 bytes, and it differs between sessions of one user.
  return bytes <= SOCKET_PATH_BYTES_MAX ? preferred : `/tmp/atrium-pg-${process.getuid?.() ?? 0}-${shortHash(folder)}`
}

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

const makeStage = (folder: string): string => {
  mkdirSync(SYSTEM_FOLDER, { recursive: true, mode: 0o711 })
  const stage = stageOf(folder)
  mkdirSync(stage, { recursive: true, mode: 0o700 })
  chownSync(stage, NOBODY, NOBODY)
  return stage
}

/** A copy of the programs that nobody can reach, made once per version. */
const stageBinaries = (binaries: PostgresBinaries): PostgresBinaries => {
  const root = join(SYSTEM_FOLDER, `programs-${binaries.version}`, 'native')
  if (existsSync(root)) return { ...binaries, root }
  const temporary = join(SYSTEM_FOLDER, `programs-${binaries.version}.${process.pid}`)
  cpSync(binaries.root, join(temporary, 'native'), { recursive: true })
  // Whatever the mask of whoever installed them.
  execFileSync('chmod', ['-R', 'a+rX', temporary])
  try {
    renameSync(temporary, dirname(root))
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true })
    // Another process was quicker: its copy is as good.
    if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'EEXIST')) throw error
  }
  return { ...binaries, root }
}

/** A folder in /tmp may have been made by somebody else first: one that is not ours alone is refused. */
const makePrivateFolder = (path: string, identity: PostgresIdentity): void => {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  if (identity === 'nobody') chownSync(path, NOBODY, NOBODY)
  const stats = lstatSync(path)
  const owner = identity === 'nobody' ? NOBODY : process.getuid?.()
  if (!stats.isDirectory() || stats.uid !== owner || (stats.mode & 0o077) !== 0)
    throw new Error(`${path} must be a folder of ours with mode 0700: anybody who enters it could use the database`)
}
