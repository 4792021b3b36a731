import type { KindName } from '@atrium/api/kinds/index.ts'
import { AtriumError, messageOf } from '@atrium/runtime/base/errors.ts'
import type { ChangeEvent } from '@atrium/runtime/store/store.ts'
import type { ServerContext } from '../../../context.ts'
import type { OperationRequest } from '../../operation.ts'

export interface EventStreamOptions {
  kinds?: KindName[]
  since?: number
  matches: (event: ChangeEvent) => boolean
}

/** How long rights may be stale on an open stream. */
const recheckMs = 5_000
const heartbeatMs = 15_000

const frame = ({ position, kind, uid, project, type, resourceVersion }: ChangeEvent): string =>
  `id: ${position}\ndata: ${JSON.stringify({ kind, uid, project, type, resourceVersion, position })}\n\n`

function errorFrame(error: unknown): string {
  const code = error instanceof AtriumError ? error.code : 'InternalError'
  const message = error instanceof AtriumError ? messageOf(error) : 'The stream failed. Resume it.'
  return `event: error\ndata: ${JSON.stringify({ code, message })}\n\n`
}

/** A comment, for people and proxies, and the position: a frame without data, which clients take note of in silence. */
const mark = (comment: string, position: number): string => `: ${comment}\nid: ${position}\n\n`

/**
 * The stream's text, piece by piece: one frame per event, and the position at the beginning and every 15 s, so that
 * proxies keep the stream open and a client that got nothing of what it asked for still resumes from where it stood. Ends
 * when the client goes, when its rights are revoked (seen within 5 s), or when it asks for a position that is not kept.
 */
export async function* eventStream(
  request: OperationRequest<'atriumWatch'>,
  context: ServerContext,
  { matches, ...options }: EventStreamOptions,
): AsyncGenerator<string> {
  const { clock, admission } = context
  let { subject } = request
  const ended = new AbortController()
  const signal = AbortSignal.any([request.signal, ended.signal])
  let position = 0
  const reached = (at: number): void => {
    position = at
  }
  const events = admission.watch(() => subject, { ...options, reached, signal })[Symbol.asyncIterator]()
  const tick = (): Promise<'tick'> => clock.sleep(recheckMs, signal).then(() => 'tick')
  try {
    // Asked first: the watch begins here, and a client that read the frame misses nothing of what it does next.
    let next = events.next()
    next.catch(() => undefined)
    yield mark('connected', position)
    let timer = tick()
    let heartbeatAt = clock.now() + heartbeatMs
    while (!signal.aborted) {
      const outcome = await Promise.race([next, timer])
      if (outcome === 'tick') {
        subject = await request.resolveSubject()
        timer = tick()
        if (clock.now() >= heartbeatAt) {
          heartbeatAt = clock.now() + heartbeatMs
          yield mark('alive', position)
        }
      } else if (outcome.done) return
      else {
        if (matches(outcome.value)) yield frame(outcome.value)
        next = events.next()
      }
    }
  } catch (error) {
    yield errorFrame(error)
  } finally {
    ended.abort()
  }
}
