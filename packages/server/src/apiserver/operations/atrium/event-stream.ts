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

/**
 * The stream's text, piece by piece: one frame per event, a comment every 15 s so that proxies keep it open. Ends when
 * the client goes, when its rights are revoked (seen within 5 s), or when it asks for a position that is not kept.
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
  const events = admission.watch(() => subject, { ...options, signal })[Symbol.asyncIterator]()
  const tick = (): Promise<'tick'> => clock.sleep(recheckMs, signal).then(() => 'tick')
  try {
    yield ': connected\n\n'
    let next = events.next()
    let timer = tick()
    let heartbeatAt = clock.now() + heartbeatMs
    while (!signal.aborted) {
      const outcome = await Promise.race([next, timer])
      if (outcome === 'tick') {
        subject = await request.resolveSubject()
        timer = tick()
        if (clock.now() >= heartbeatAt) {
          heartbeatAt = clock.now() + heartbeatMs
          yield ': alive\n\n'
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
