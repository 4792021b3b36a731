import { type PreviewAnswer, type PreviewRequest, previewLimits } from '@atrium/api/link/preview.ts'
import { linkLimits } from '@atrium/api/link/protocol.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { redactDeep, redactor } from '@atrium/runtime/base/redact.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Redaction } from '../desired/redaction.ts'
import { bytesOf } from '../report/bounds.ts'
import { type PreviewDeps, preview } from './preview.ts'

export interface PreviewerDeps extends PreviewDeps {
  clock: Clock
  logger: Logger
  redaction: Redaction
}

/** Answers requests for previews: one at a time, each in bounded time, in bounded size, and without secrets. */
export class Previewer {
  readonly #deps: PreviewerDeps
  readonly #stopping = new AbortController()
  #running: Promise<void> | null = null

  constructor(deps: PreviewerDeps) {
    this.#deps = deps
  }

  take(request: PreviewRequest, answer: (answer: PreviewAnswer) => void): void {
    if (this.#running) return answer(failed(request.id, 'the agent makes another preview; ask again'))
    this.#running = this.#make(request)
      .then(answer)
      .finally(() => {
        this.#running = null
      })
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #make(request: PreviewRequest): Promise<PreviewAnswer> {
    const { clock, logger, redaction } = this.#deps
    const limit = new AbortController()
    const limitMs = Math.min(request.limitMs, previewLimits.timeMs)
    const cancel = clock.after(limitMs, () => limit.abort())
    try {
      const signal = AbortSignal.any([limit.signal, this.#stopping.signal])
      const { layers, notes, sensitive } = await preview(this.#deps, request, signal)
      const own = redactor(sensitive.map((value) => new Secret(value)))
      const redact = (text: string): string => redaction.redact(own(text))
      const shown = redactDeep({ layers, notes }, redact) as Pick<PreviewAnswer, 'layers' | 'notes'>
      return bounded({ type: 'preview-answer', id: request.id, failure: null, ...shown })
    } catch (error) {
      const why = limit.signal.aborted ? `it took longer than ${limitMs / 1000} s` : messageOf(error)
      logger.warn({ error: why }, 'no preview')
      return failed(request.id, redaction.redact(why))
    } finally {
      cancel()
    }
  }
}

const ENVELOPE_BYTES = 1024

const bounded = (answer: PreviewAnswer): PreviewAnswer =>
  bytesOf(answer) <= linkLimits.messageBytes - ENVELOPE_BYTES
    ? answer
    : failed(answer.id, 'it is larger than a message of the link')

const failed = (id: string, failure: string): PreviewAnswer => ({
  ...{ type: 'preview-answer', id, layers: [], notes: [] },
  failure: failure.slice(0, previewLimits.messageChars),
})
