import { execFile } from 'node:child_process'
import { open, rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { type Origin, sha256Of } from './cache.ts'
import type { Release } from './catalogue.ts'

const CHECKSUM_LIMIT_BYTES = 1024 * 1024
const DOWNLOAD_LIMIT_BYTES = 400e6
/** A machine without a way to the publisher must fall through to building quickly. */
const CHECKSUM_LIMIT_MS = 8_000
const DOWNLOAD_LIMIT_MS = 20 * 60_000

/** A release that can be had: its checksum file was read. */
export interface OfferedRelease extends Release {
  publishedSha256: string
}

/** Asks the publisher for the digest of a release. Throws with the reason when there is none to be had. */
export const readPublishedDigest = async (release: Release, fetcher: typeof fetch): Promise<OfferedRelease> => {
  const response = await get(release.checksumUrl, CHECKSUM_LIMIT_MS, fetcher)
  const text = await readLimited(response, CHECKSUM_LIMIT_BYTES)
  const file = basename(new URL(release.url).pathname)
  const digest = release.checksumFormat === 'github' ? digestFromGithub(text, file) : digestFromSums(text, file)
  if (digest === null) throw new Error(`${release.checksumUrl} holds no SHA-256 of ${file}`)
  return { ...release, publishedSha256: digest }
}

/** Downloads a release, checks it against the published digest, and leaves its binary in `folder`; returns its path. */
export const downloadRelease = async (
  release: OfferedRelease,
  folder: string,
  options: { fetcher: typeof fetch; onBytes: (done: number, total: number | null) => void },
): Promise<{ path: string; origin: Origin }> => {
  const response = await get(release.url, DOWNLOAD_LIMIT_MS, options.fetcher)
  const path = join(folder, 'download')
  await saveLimited(response, path, options.onBytes)
  const actual = await sha256Of(path)
  if (actual !== release.publishedSha256)
    throw new Error(
      `${release.url} has SHA-256 ${actual}, but its publisher says ${release.publishedSha256}: it is not used`,
    )
  const { url, checksumUrl, publishedSha256, member } = release
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

const get = async (url: string, limitMs: number, fetcher: typeof fetch): Promise<Response> => {
  let response: Response
  try {
    response = await fetcher(url, { signal: AbortSignal.timeout(limitMs), headers: { 'user-agent': 'atrium' } })
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : ''
    throw new Error(`${url}: ${messageOf(error)}${cause}`, { cause: error })
  }
  if (!response.ok) {
    await response.body?.cancel()
    throw new Error(`${url}: HTTP ${response.status}`)
  }
  return response
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

const saveLimited = async (
  response: Response,
  path: string,
  onBytes: (done: number, total: number | null) => void,
): Promise<void> => {
  const total = Number(response.headers.get('content-length')) || null
  const file = await open(path, 'wx', 0o600)
  try {
    let done = 0
    for await (const chunk of chunksOf(response, DOWNLOAD_LIMIT_BYTES)) {
      await file.writeFile(chunk)
      done += chunk.byteLength
      onBytes(done, total)
    }
  } finally {
    await file.close()
  }
}
