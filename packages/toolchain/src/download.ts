import { rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { hasCode } from '@atrium/runtime/base/files.ts'

export interface DownloadOptions {
  fetcher: typeof fetch
  clock: Clock
  limitBytes: number
  onBytes: (done: number, total: number | null) => void
}

/** A slow line is no reason to give up, a silent one is. */
const STALL_LIMIT_MS = 30_000
/** How often one download goes on after it broke off. */
const CONTINUATIONS = 20

/** It had begun: the rest may come yet. */
class BrokenOff extends Error {}

/**
 * Brings a file to `path`, going on where an earlier attempt ended: what is there already is taken for its beginning,
 * so name the path after the content. What came before an error stays. Throws when nobody answers, or more comes than
 * may.
 */
export const download = async (url: string, path: string, options: DownloadOptions): Promise<void> => {
  for (let continuation = 0; ; continuation += 1) {
    try {
      return await continueDownload(url, path, options)
    } catch (error) {
      if (!(error instanceof BrokenOff) || continuation === CONTINUATIONS) throw error
    }
  }
}

/** Asks once; throws naming address and status, or what the network said. */
export const get = async (
  url: string,
  fetcher: typeof fetch,
  signal: AbortSignal,
  headers: Record<string, string> = {},
): Promise<Response> => {
  let response: Response
  try {
    response = await fetcher(url, { signal, headers: { 'user-agent': 'atrium', ...headers } })
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : ''
    throw new Error(`${url}: ${messageOf(error)}${cause}`, { cause: error })
  }
  if (response.ok || response.status === 416) return response
  await response.body?.cancel()
  throw new Error(`${url}: HTTP ${response.status}`)
}

const continueDownload = async (url: string, path: string, options: DownloadOptions): Promise<void> => {
  const { clock, fetcher, limitBytes, onBytes } = options
  const stall = new AbortController()
  const arm = (): (() => void) =>
    clock.after(STALL_LIMIT_MS, () => stall.abort(new Error(`nothing came for ${STALL_LIMIT_MS / 1000} s`)))
  let disarm = arm()
  try {
    const begun = sizeOf(path)
    // What is compressed on the way has other offsets.
    const range = { 'accept-encoding': 'identity', ...(begun > 0 && { range: `bytes=${begun}-` }) }
    const response = await get(url, fetcher, stall.signal, range)
    const goesOn = response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${begun}-`)
    if (response.status !== 200 && !goesOn) {
      await response.body?.cancel()
      if (begun === 0) throw new Error(`${url}: HTTP ${response.status}`)
      // Nothing lies there that what we have could be the beginning of.
      rmSync(path)
      return await continueDownload(url, path, options)
    }
    let done = goesOn ? begun : 0
    const left = Number(response.headers.get('content-length')) || null
    const total = left === null ? null : done + left
    const file = await open(path, goesOn ? 'a' : 'w', 0o600)
    try {
      for await (const chunk of bodyOf(response, url)) {
        disarm()
        disarm = arm()
        done += chunk.byteLength
        if (done > limitBytes) throw new Error(`${url} is larger than ${limitBytes} bytes`)
        await file.writeFile(chunk)
        onBytes(done, total)
      }
    } finally {
      await file.close()
    }
  } finally {
    disarm()
  }
}

async function* bodyOf(response: Response, url: string): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader()
  try {
    for (;;) {
      const part = await reader?.read().catch((error: unknown) => {
        throw new BrokenOff(`${url}: ${messageOf(error)}`, { cause: error })
      })
      if (part?.value === undefined) return
      yield part.value
    }
  } finally {
    await reader?.cancel().catch(() => undefined) // Broken or at its end already.
  }
}

const sizeOf = (path: string): number => {
  try {
    return statSync(path).size
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0
    throw error
  }
}
