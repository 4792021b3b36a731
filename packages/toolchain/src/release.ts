import { execFile } from 'node:child_process'
import { rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { type Origin, sha256Of } from './cache.ts'
import type { Release } from './catalogue.ts'
import { type DownloadOptions, download, get } from './download.ts'

const CHECKSUM_LIMIT_BYTES = 1024 * 1024
const DOWNLOAD_LIMIT_BYTES = 400e6
/** A machine without a way to the publisher must fall through to building quickly. */
const CHECKSUM_LIMIT_MS = 8_000

/** A release that can be had: its checksum file was read. */
export interface OfferedRelease extends Release {
  publishedSha256: string
}

/** Asks the publisher for the digest of a release. Throws with the reason when there is none to be had. */
export const readPublishedDigest = async (release: Release, fetcher: typeof fetch): Promise<OfferedRelease> => {
  const response = await get(release.checksumUrl, fetcher, AbortSignal.timeout(CHECKSUM_LIMIT_MS))
  const text = await readLimited(response, CHECKSUM_LIMIT_BYTES)
  const file = basename(new URL(release.url).pathname)
  const digest = release.checksumFormat === 'github' ? digestFromGithub(text, file) : digestFromSums(text, file)
  if (digest === null) throw new Error(`${release.checksumUrl} holds no SHA-256 of ${file}`)
  return { ...release, publishedSha256: digest }
}

/**
 * Downloads a release, checks it against the published digest, and leaves its binary in `folder`; returns its path.
 * What came of it when it broke lies in `partFolder`, and the next attempt goes on there.
 */
export const downloadRelease = async (
  release: OfferedRelease,
  folder: string,
  partFolder: string,
  options: Omit<DownloadOptions, 'limitBytes'>,
): Promise<{ path: string; origin: Origin }> => {
  const { url, checksumUrl, publishedSha256, member } = release
  const part = join(partFolder, publishedSha256)
  await download(url, part, { ...options, limitBytes: DOWNLOAD_LIMIT_BYTES })
  const path = join(folder, 'download')
  await rename(part, path)
  const actual = await sha256Of(path)
  if (actual !== publishedSha256)
    throw new Error(`${url} has SHA-256 ${actual}, but its publisher says ${publishedSha256}: it is not used`)
  const origin: Origin = { kind: 'release', url, checksumUrl, publishedSha256 }
  return { path: member === null ? path : await extract(path, member, folder), origin }
}

/** The digest of `file` in a checksum file: a bare digest, or lines of digest, blanks, an optional `*`, name. */
export const digestFromSums = (text: string, file: string): string | null => {
  for (const line of text.split('\n')) {
    const [, digest, name] = /^([0-9a-fA-F]{64})(?:\s+\*?(?:\S*\/)?(\S+))?\s*$/.exec(line) ?? []
    if (digest !== undefined && (name === undefined || name === file)) return digest.toLowerCase()
  }
  return null
}

const digestFromGithub = (text: string, file: string): string | null => {
  const { assets = [] } = JSON.parse(text) as { assets?: { name?: unknown; digest?: unknown }[] }
  const digest = assets.find((asset) => asset.name === file)?.digest
  return typeof digest === 'string' ? (/^sha256:([0-9a-f]{64})$/.exec(digest)?.[1] ?? null) : null
}

const extract = async (archive: string, member: string, folder: string): Promise<string> => {
  await promisify(execFile)('tar', ['-xzf', archive, '-C', folder, member])
  const path = join(folder, 'extracted')
  await rename(join(folder, member), path)
  return path
}

async function* chunksOf(response: Response, limitBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > limitBytes) throw new Error(`${response.url} is larger than ${limitBytes} bytes`)
    yield chunk
  }
}

const readLimited = async (response: Response, limitBytes: number): Promise<string> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of chunksOf(response, limitBytes)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
