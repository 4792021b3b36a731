import type { DeviationReport } from '@atrium/api/link/protocol.ts'
import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { redactDiff } from '@atrium/tunnel/link/report-redaction.ts'
import { shortHash } from '../names.ts'
import type { ContentStore } from '../storage/cluster-store.ts'

/** What was seen of a deviation, by the identity of its subject. */
export type Sighting = Pick<
  DeviationReport,
  'type' | 'object' | 'layer' | 'diff' | 'action' | 'state' | 'message' | 'contestedBy'
>

export interface DeviationLogOptions {
  store: ContentStore
  clock: Clock
  logger: Logger
  send(items: DeviationReport[]): void
  /** Takes sensitive values out of texts: what is kept may be told when nobody knows them any more. */
  redact(text: string): string
}

const KEY = 'open'
const FLUSH_MS = 100
const BATCH = 200
const MESSAGE_CHARS = 4_096
const CONTESTANT_CHARS = 256
const DIFF_CHARS = 8 * 1024
/** The link takes 64 levels in all. */
const VALUE_DEPTH = 32
/** A message of the link is at most 1 MiB, and a character at most 3 octets. */
const BATCH_CHARS = 300 * 1024

/**
 * Open deviations, and what is to be told about them. A deviation keeps its id from detection to resolution; open ones
 * survive a restart, so that what was resolved meanwhile is told too.
 */
export class DeviationLog {
  readonly #options: DeviationLogOptions
  readonly #open = new Map<string, DeviationReport>()
  readonly #unsent = new Map<string, DeviationReport>()
  #flushing: (() => void) | null = null
  #saving: Promise<void> = Promise.resolve()

  private constructor(options: DeviationLogOptions) {
    this.#options = options
  }

  static async open(options: DeviationLogOptions): Promise<DeviationLog> {
    const log = new DeviationLog(options)
    const content = await options.store.get(KEY)
    for (const [subject, report] of content
      ? (JSON.parse(content.toString('utf8')) as [string, DeviationReport][])
      : [])
      log.#open.set(subject, report)
    return log
  }

  /** Subjects with an open or failed deviation. */
  subjects(): string[] {
    return [...this.#open.keys()]
  }

  /** Ids of all that are not repaired. */
  openIds(): string[] {
    return [...this.#open.values()].map((report) => report.id)
  }

  has(subject: string): boolean {
    return this.#open.has(subject)
  }

  /** Records what was seen; a repaired one is closed. Repeating what is known tells nobody. */
  see(subject: string, sighting: Sighting): void {
    const { clock, redact } = this.#options
    const former = this.#open.get(subject)
    const detectedAt = former?.detectedAt ?? isoNow(clock)
    const repaired = sighting.state === 'repaired'
    const { contestedBy, ...seen } = sighting
    const report: DeviationReport = {
      ...seen,
      ...(contestedBy !== undefined && !repaired && { contestedBy: contestedBy.slice(0, CONTESTANT_CHARS) }),
      id: former?.id ?? `${shortHash(subject)}-${clock.now().toString(36)}`,
      object: sighting.object.slice(0, 512),
      diff: boundedDiff(redactDiff(sighting.diff.length > 0 || !former ? sighting.diff : former.diff, redact)),
      message: redact(sighting.message).slice(0, MESSAGE_CHARS),
      detectedAt,
      resolvedAt: repaired ? isoNow(clock) : null,
    }
    if (former && JSON.stringify(former) === JSON.stringify(report)) return
    if (repaired) this.#open.delete(subject)
    else this.#open.set(subject, report)
    this.#unsent.set(report.id, report)
    this.#schedule(former !== undefined || !repaired)
  }

  /** Closes the deviation of a subject, if it has one. */
  resolve(subject: string, message: string): void {
    const former = this.#open.get(subject)
    if (former) this.see(subject, { ...former, state: 'repaired', message })
  }

  /** Tells everything that is open again, e.g. to a plane that was away. */
  repeat(): void {
    for (const report of this.#open.values()) this.#unsent.set(report.id, report)
    this.#schedule(false)
  }

  async flush(): Promise<void> {
    this.#flushing?.()
    this.#flush()
    await this.#saving
  }

  /** A repair within the delay makes one message of two. */
  #schedule(changedOpen: boolean): void {
    if (changedOpen) this.#save()
    if (this.#flushing) return
    this.#flushing = this.#options.clock.after(FLUSH_MS, () => this.#flush())
  }

  #flush(): void {
    this.#flushing = null
    const items = [...this.#unsent.values()]
    this.#unsent.clear()
    for (const batch of batches(items)) this.#options.send(batch)
  }

  #save(): void {
    this.#saving = this.#saving
      .then(() => this.#write())
      .catch((error) => {
        this.#options.logger.warn({ error: messageOf(error) }, 'open deviations could not be kept')
      })
  }

  async #write(): Promise<void> {
    await this.#options.store.put(KEY, Buffer.from(JSON.stringify([...this.#open])))
  }
}

/** Long lists of differences are cut, and values that nest further than the link takes are told as text. */
function boundedDiff(diff: DeviationReport['diff']): DeviationReport['diff'] {
  let size = 0
  const flat = diff
    .slice(0, 100)
    .map(({ path, live, desired }) => ({ path, live: flatten(live), desired: flatten(desired) }))
  return flat.filter((line) => {
    size += JSON.stringify(line).length
    return size < DIFF_CHARS
  })
}

const flatten = (value: unknown): unknown => (isDeeper(value, VALUE_DEPTH) ? JSON.stringify(value) : value)
const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((one) => isDeeper(one, levels - 1)))

/** Messages that the link takes: bounded in number and size. */
export function batches(items: readonly DeviationReport[]): DeviationReport[][] {
  const result: DeviationReport[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const item of items) {
    const chars = JSON.stringify(item).length
    size += chars
    if (size > BATCH_CHARS || (result.at(-1)?.length ?? 0) >= BATCH) {
      result.push([])
      size = chars
    }
    result.at(-1)?.push(item)
  }
  return result
}
