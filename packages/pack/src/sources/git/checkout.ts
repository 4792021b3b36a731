import { spawn } from 'node:child_process'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Wall, wallWords } from '@atrium/runtime/confined/wall.ts'
import { packError } from '../../format/problems.ts'
import { ArchiveMeter, checkedPath, isJunk } from '../file-tree.ts'
import { packLimits } from '../limits.ts'
import type { GitFile } from './batch.ts'
import { gitLimits } from './remote.ts'

/** A folder of the commit that holds a `pack.json`. */
export interface GitFolder {
  path: string
  /** Identity of the folder's content. */
  tree: string
}

interface Entry {
  type: string
  mode: string
  id: string
  size: number
  path: string
}

const listingBytes = 64 * 1024 ** 2
const limits = { cpuSeconds: 120, memoryBytes: 1024 ** 3 } as const

/** An empty folder that belongs to the caller, and the wall that `git` runs behind. */
interface Place {
  folder: string
  wall: Wall
}

/**
 * The objects of one commit in a folder of their own, read with the real `git`: it knows packfiles, and talks to nobody here. Nothing is
 * checked out: no path of the repository becomes one of this machine.
 */
export class GitCheckout {
  readonly #place: Place
  readonly #entries: readonly Entry[]

  private constructor(place: Place, entries: readonly Entry[]) {
    this.#place = place
    this.#entries = entries
  }

  /** Takes in a packfile. */
  static async open(place: Place, commit: string, packfile: AsyncIterable<Buffer>, signal?: AbortSignal) {
    await git(place, ['init', '--bare', '--quiet', '.'], [], signal)
    // Its parents are not there, and not missed.
    await writeFile(join(place.folder, 'shallow'), `${commit}\n`)
    const limit = `--max-input-size=${gitLimits.packBytes}`
    await git(place, ['index-pack', '--stdin', '--strict', limit], packfile, signal)
    const listing = await git(place, ['ls-tree', '-r', '-t', '-z', '-l', '--full-tree', commit], [], signal)
    return new GitCheckout(place, listing.toString('utf8').split('\0').flatMap(readEntry))
  }

  /** Folders with a pack, at `below` or anywhere in it. */
  packs(below: string): GitFolder[] {
    const prefix = below === '' ? '' : `${below}/`
    const trees = new Map(this.#entries.filter(({ type }) => type === 'tree').map(({ path, id }) => [path, id]))
    return this.#entries
      .filter(({ path }) => path.startsWith(prefix) && /(^|\/)pack\.json$/.test(path))
      .map(({ path }) => path.slice(0, Math.max(0, path.length - '/pack.json'.length)))
      .map((path) => ({ path, tree: trees.get(path) ?? 'root' }))
  }

  /** Writes the files of one folder to `file`, for `cutBatch`. Throws `PackError` on links and beyond the limits of an archive. */
  async read(folder: string, file: string, signal?: AbortSignal): Promise<GitFile[]> {
    const meter = new ArchiveMeter(folder, packLimits)
    const prefix = folder === '' ? '' : `${folder}/`
    const wanted = this.#entries.filter(({ path, type }) => type !== 'tree' && path.startsWith(prefix))
    const files = wanted.map((entry) => ({
      ...entry,
      path: checkedPath(entry.path.slice(prefix.length), folder, packLimits),
    }))
    const kept = files.filter(({ path }) => !isJunk(path))
    for (const { path, type, mode, size } of kept) {
      if (type !== 'blob' || mode === '120000') throw packError(folder, `holds '${path}', which is no file but a link`)
      meter.addEntry(path, size)
    }
    const ids = kept.map(({ id }) => Buffer.from(`${id}\n`))
    await using output = await open(file, 'wx', 0o600)
    await git(this.#place, ['cat-file', '--batch', '--buffer'], ids, signal, output.fd)
    return kept.map(({ path, size }) => ({ path, size }))
  }
}

function readEntry(line: string): Entry[] {
  const [, mode = '', type = '', id = '', size = '', path = ''] =
    /^(\d+) (\w+) ([0-9a-f]{40}) +(\d+|-)\t(.+)$/s.exec(line) ?? []
  return path === '' ? [] : [{ mode, type, id, size: Number(size) || 0, path }]
}

/** Runs `git` in this folder, behind the wall and without anybody's configuration; its output goes into the file of `fd`, if that is given. */
async function git(
  { folder, wall }: Place,
  args: readonly string[],
  input: AsyncIterable<Buffer> | Iterable<Buffer>,
  signal: AbortSignal | undefined,
  fd?: number,
): Promise<Buffer> {
  const env = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: folder,
    GIT_DIR: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
  }
  const [command = '', ...words] = [...wallWords(wall, limits), 'git', ...args]
  const options = { cwd: folder, env, ...(signal && { signal }) }
  const child = spawn(command, words, { ...options, stdio: ['pipe', fd ?? 'pipe', 'ignore'] })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', (cause) => reject(packError('git', "cannot be run: the server's machine needs `git`", { cause })))
    child.on('close', resolve)
  })
  const chunks: Buffer[] = []
  let bytes = 0
  child.stdout?.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > listingBytes) child.kill('SIGKILL')
    else chunks.push(chunk)
  })
  // A git that ended early says so by its status.
  const fed = pipeline(Readable.from(input), child.stdin as Writable).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  })
  const [status] = await Promise.all([ended, fed])
  if (status !== 0) throw packError('git', `cannot read what the server sent (${args[0]} ended with ${status})`)
  return Buffer.concat(chunks)
}
