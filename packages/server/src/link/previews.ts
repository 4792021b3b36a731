import type { PreviewAnswer, PreviewRequest } from '@atrium/api/link/preview.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { LinkSession } from './session.ts'

/** What the agent says, or why it says nothing. */
export type PreviewOutcome = { answer: PreviewAnswer } | { reason: string }

/** For the way there and back, over the agent's own limit. */
const WAY_MS = 3_000
const AT_ONCE = 64

/** Previews that agents of this server are asked for: one at a time of each. */
export class Previews {
  readonly #clock: Clock
  /** By id of the request. */
  readonly #waiting = new Map<string, { session: LinkSession; resolve: (outcome: PreviewOutcome) => void }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Asks the agent of the session; throws `TooManyRequests` while it makes another one. */
  async ask(
    open: { session: LinkSession; previews: boolean } | undefined,
    request: PreviewRequest,
  ): Promise<PreviewOutcome> {
    if (!open) return { reason: 'its agent is not connected to this server' }
    const { session } = open
    if (!open.previews) return { reason: 'its agent makes no previews' }
    const isBusy = [...this.#waiting.values()].some((one) => one.session === session)
    if (isBusy || this.#waiting.size >= AT_ONCE)
      throw new AtriumError('TooManyRequests', 'Another preview is being made. Ask again when it is done.')
    const limitMs = request.limitMs + WAY_MS
    let cancel = (): void => undefined
    try {
      return await new Promise<PreviewOutcome>((resolve) => {
        this.#waiting.set(request.id, { session, resolve })
        const late = { reason: `its agent did not answer within ${limitMs / 1000} s` }
        cancel = this.#clock.after(limitMs, () => resolve(late))
        session.ask(request)
      })
    } finally {
      cancel()
      this.#waiting.delete(request.id)
    }
  }

  answered(session: LinkSession, answer: PreviewAnswer): void {
    const waiting = this.#waiting.get(answer.id)
    if (waiting?.session === session) waiting.resolve({ answer })
  }

  ended(session: LinkSession): void {
    for (const waiting of this.#waiting.values())
      if (waiting.session === session) waiting.resolve({ reason: 'its agent went away while it made the preview' })
  }
}
