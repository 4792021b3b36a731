import type { AtriumChange } from '@atrium/api/generated/operations.d.ts'
import { ApiError, errorOf } from './error.ts'
import { type Capabilities, delayMs } from './retry.ts'

export interface WatchOptions {
  /** Absent = every kind. */
  kinds?: string[]
  /** One object only. */
  uid?: string
  project?: string | null
  /** Position to resume after; absent = from now. */
  since?: number
  signal: AbortSignal
  /** Called whenever a connection stands: what changes from now on is told. */
  onOpen?(): void
}

type Open = (path: string, headers: Record<string, string>, signal: AbortSignal) => Promise<Response>

const longestFrame = 64 * 1024

interface Frame {
  event: string
  /** Absent in a frame that only tells the position. */
  data: string | undefined
  id: string | undefined
}

function parseFrame(text: string): Frame {
  const field = (name: string): string | undefined => new RegExp(`^${name}: ?(.*)$`, 'm').exec(text)?.[1]
  return { event: field('event') ?? 'message', data: field('data'), id: field('id') }
}

/** Frames of a server-sent event stream. */
async function* framesOf(response: Response): AsyncGenerator<Frame> {
  if (!response.body) return
  let pending = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const parts = (pending + chunk).split('\n\n')
    pending = parts.pop() ?? ''
    if (pending.length > longestFrame) throw new ApiError(200, 'InternalError', 'an event is too long', null, '')
    yield* parts.map(parseFrame)
  }
}

function changeOf({ event, data }: Frame): AtriumChange | null {
  if (data === undefined) return null
  if (event !== 'error') return JSON.parse(data) as AtriumChange
  const { code, message } = JSON.parse(data) as { code: string; message: string }
  throw new ApiError(200, code, message, null, '')
}

/** Errors another connection cannot cure: the caller has to list again, or to sign in. */
const isFinal = (error: unknown): boolean =>
  error instanceof ApiError && error.code !== 'InternalError' && error.status < 500 && error.status !== 429

/**
 * Changes in order, each once, over as many connections as it takes: every one resumes from the last position the server
 * told, which it does on connecting too, so that a connection lost before the first change loses none.
 * Rejects with `ApiError` `ResourceExpired` when that position is no longer kept (list again, then watch from there).
 */
export async function* watchChanges(
  { clock, random }: Capabilities,
  { kinds, uid, since, signal, onOpen }: WatchOptions,
  open: Open,
): AsyncGenerator<AtriumChange> {
  const query = new URLSearchParams({
    ...(kinds ? { kinds: kinds.join(',') } : {}),
    ...(uid === undefined ? {} : { uid }),
  })
  let last = since === undefined ? undefined : String(since)
  let failures = 0
  while (!signal.aborted) {
    try {
      const headers: Record<string, string> = last === undefined ? {} : { 'Last-Event-ID': last }
      const response = await open(`/atrium/v1/watch?${query.toString()}`, headers, signal)
      if (!response.ok) throw await errorOf(response)
      let isOpen = false
      for await (const frame of framesOf(response)) {
        const change = changeOf(frame)
        // The server's first frame tells the position: before it a change could still be missed.
        if (!isOpen) onOpen?.()
        isOpen = true
        failures = 0
        last = frame.id ?? last
        if (change) yield change
      }
    } catch (error) {
      if (signal.aborted) return
      if (isFinal(error)) throw error
    }
    await clock.sleep(delayMs(failures, random), signal)
    failures += 1
  }
}
