import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { packError } from '../../format/problems.ts'
import { ArchiveMeter, checkedPath, type FileTree, isJunk } from '../file-tree.ts'
import { packLimits } from '../limits.ts'
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

const outputBytes = 512 * 1024 * 1024

/**
 * The objects of one commit in a folder of their own, read with the real `git`: it knows packfiles, and never talks to anybody here. Nothing is
 * checked out: no path of the repository becomes one of this machine.
 */
export class GitCheckout {
  readonly #folder: string
  readonly #entries: readonly Entry[]

  private constructor(folder: string, entries: readonly Entry[]) {
    this.#folder = folder
    this.#entries = entries
  }

  /** Takes in a packfile. `folder` is empty and belongs to the caller. */
  static async open(folder: string, commit: string, packfile: AsyncIterable<Buffer>, signal?: AbortSignal) {
    await git(folder, ['init', '--bare', '--quiet', '.'], [], signal)
    // Its parents are not there, and not missed.
    await writeFile(join(folder, 'shallow'), `${commit}\n`)
    const limit = `--max-input-size=${gitLimits.packBytes}`
    await git(folder, ['index-pack', '--stdin', '--strict', limit], packfile, signal)
    const listing = await git(folder, ['ls-tree', '-r', '-t', '-z', '-l', '--full-tree', commit], [], signal)
    return new GitCheckout(folder, listing.toString('utf8').split('\0').flatMap(readEntry))
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

  /** The files of one folder. Throws `PackError` on links and beyond the limits of an archive. */
  async read(folder: string, signal?: AbortSignal): Promise<FileTree> {
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
    const output = await git(this.#folder, ['cat-file', '--batch', '--buffer'], ids, signal)
    return cut(output, kept)
  }
}

function readEntry(line: string): Entry[] {
  const [, mode = '', type = '', id = '', size = '', path = ''] =
    /^(\d+) (\w+) ([0-9a-f]{40}) +(\d+|-)\t(.+)$/s.exec(line) ?? []
  return path === '' ? [] : [{ mode, type, id, size: Number(size) || 0, path }]
}

/** `<id> blob <size>\n<content>\n`, one after another, in the order they were asked for. */
function cut(output: Buffer, entries: readonly Entry[]): FileTree {
  const files: FileTree = new Map()
  let at = 0
  for (const { path, size } of entries) {
    const start = output.indexOf(10, at) + 1
    files.set(path, output.subarray(start, start + size))
    at = start + size + 1
  }
  return files
}

/** Runs `git` offline in this folder, without anybody's configuration. */
async function git(
  cwd: string,
  args: readonly string[],
  input: AsyncIterable<Buffer> | Iterable<Buffer>,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const env = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: cwd,
    GIT_DIR: cwd,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
  }
  const child = spawn('git', args, { cwd, env, stdio: ['pipe', 'pipe', 'ignore'], ...(signal && { signal }) })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', (cause) => reject(packError('git', "cannot be run: the server's machine needs `git`", { cause })))
    child.on('close', resolve)
  })
  const chunks: Buffer[] = []
  let bytes = 0
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > outputBytes) child.kill('SIGKILL')
    else chunks.push(chunk)
  })
  // A git that ended early says so by its status.
  const fed = pipeline(Readable.from(input), child.stdin).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  })
  const [status] = await Promise.all([ended, fed])
  if (status !== 0) throw packError('git', `cannot read what the server sent (${args[0]} ended with ${status})`)
  return Buffer.concat(chunks)
}
