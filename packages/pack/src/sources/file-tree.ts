import { packError } from '../format/problems.ts'
import type { ArchiveLimits } from './limits.ts'

/** Files by path (`/` between folders, no leading one). */
export type FileTree = Map<string, Uint8Array>

/**
 * The path of an archive entry, cleaned of `./`. Throws on one that leaves the archive, is absolute, too long, or holds letters no pack
 * needs; `source` names the archive in the message.
 */
export function checkedPath(raw: string, source: string, limits: ArchiveLimits): string {
  const parts = raw
    .replace(/\/+$/, '')
    .split('/')
    .filter((part) => part !== '.')
  const path = parts.join('/')
  const shown = JSON.stringify(raw.slice(0, 200))
  if (Buffer.byteLength(raw) > limits.pathBytes)
    throw packError(source, `holds a path of more than ${limits.pathBytes} bytes: ${shown}`)
  if (parts.length > limits.depth) throw packError(source, `holds folders more than ${limits.depth} deep: ${shown}`)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
  if (/[\u0000-\u001f\u007f\\]/.test(raw) || !raw.isWellFormed())
    throw packError(source, `holds a path with control letters or backslashes: ${shown}`)
  if (raw.startsWith('/') || /^[a-zA-Z]:/.test(raw)) throw packError(source, `holds an absolute path: ${shown}`)
  if (parts.some((part) => part === '..' || part === ''))
    throw packError(source, `holds a path that leaves it: ${shown}`)
  return path
}

/**
 * Refuses a second file of one name. Names that differ in case, or in how an accent is written, are one name on many systems: which of
 * the files is meant then depends on who reads.
 */
export class ArchiveNames {
  readonly #source: string
  readonly #taken = new Map<string, string>()
  constructor(source: string) {
    this.#source = source
  }

  add(path: string): void {
    const folded = path.normalize('NFC').toLowerCase()
    const other = this.#taken.get(folded)
    if (other === path) throw packError(this.#source, `holds ${JSON.stringify(path)} twice`)
    if (other !== undefined)
      throw packError(
        this.#source,
        `holds ${JSON.stringify(path)} and ${JSON.stringify(other)}: one name on many systems`,
      )
    this.#taken.set(folded, path)
  }
}

/** Counts what comes out of an archive and throws at the first limit that is passed. */
export class ArchiveMeter {
  readonly #source: string
  readonly #limits: ArchiveLimits
  #entries = 0
  #bytes = 0
  constructor(source: string, limits: ArchiveLimits) {
    this.#source = source
    this.#limits = limits
  }

  addEntry(path: string, sizeBytes: number): void {
    this.#entries += 1
    if (this.#entries > this.#limits.entries)
      throw packError(this.#source, `holds more than ${this.#limits.entries} files`)
    if (sizeBytes > this.#limits.entryBytes) {
      throw packError(
        this.#source,
        `holds a file of ${sizeBytes} bytes (${path}); ${this.#limits.entryBytes} are allowed`,
      )
    }
    this.#bytes += sizeBytes
    if (this.#bytes > this.#limits.unpackedBytes) {
      throw packError(this.#source, `unpacks to more than ${this.#limits.unpackedBytes} bytes`)
    }
  }
}

/** Takes the single top folder off, when there is one and it holds the `pack.json`. */
export function withoutTopFolder(files: FileTree): FileTree {
  if (files.has('pack.json')) return files
  const tops = new Set([...files.keys()].map((path) => path.split('/', 1)[0] ?? ''))
  const [top = ''] = tops
  if (tops.size !== 1 || !files.has(`${top}/pack.json`)) return files
  return new Map([...files].map(([path, content]) => [path.slice(top.length + 1), content]))
}

const junk = /(^|\/)(\.DS_Store|Thumbs\.db|\._[^/]*|__MACOSX\/.*|\.git\/.*)$/

/** Files that tools of people's desktops leave behind. */
export const isJunk = (path: string): boolean => junk.test(path)
