import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { ChangeEvent } from '@atrium/runtime/store/store.ts'
import type { Client, ClientConfig } from 'pg'
import type { Head } from './history.ts'
import { CHANGES_CHANNEL } from './sequencer.ts'
import { SessionLoop } from './session-loop.ts'
import { Wake } from './wake.ts'

export interface ChangeTailOptions {
  connection: ClientConfig
  clock: Clock
  random: Random
  logger: Logger
  /** The head of the log's history; begins a new one when the database is not the one that had come as far as `known`. */
  enterHistory: (known: number) => Promise<Head>
  /** Keys may have become due. */
  onWork: () => void
}

export const WORK_CHANNEL = 'atrium_work'

/** Newest events kept in memory: a watcher that lags further reads from the database. */
const KEEP_EVENTS = 10_000
const READ_MAX = 5_000
/** Tenants, projects, kinds and types are few, and each event names one of each. */
const SHARED_TEXTS = 1_000
/** A notification is a hint; this finds what came while none could arrive. */
const POLL_MS = 1_000

const READ = `
  select position, tenant, kind, uid, project, type, resource_version as "resourceVersion",
    former_labels as "formerLabels"
  from changes where position > $1 order by position limit ${READ_MAX}`

/**
 * The newest part of the change log in this process' memory, read once for all watchers. Positions are gapless, so a
 * watcher is only a number: it takes what follows its position, at its own pace, and needs no queue of its own.
 */
export class ChangeTail {
  readonly #options: ChangeTailOptions
  readonly #loop: SessionLoop
  readonly #wake = new Wake()
  readonly #waiting = new Set<() => void>()
  readonly #texts = new Map<string, string>()
  #events: ChangeEvent[] = []
  #position: number
  #epoch: number
  #closed = false

  constructor(options: ChangeTailOptions, head: Head) {
    this.#options = options
    this.#position = head.position
    this.#epoch = head.epoch
    const { connection, clock, random, logger } = options
    this.#loop = new SessionLoop({
      name: 'changes',
      connection: { ...connection, application_name: 'atrium_changes' },
      clock,
      random,
      logger,
      work: (client, signal) => this.#follow(client, signal),
    })
  }

  /** Position of the newest event that is known here. */
  get position(): number {
    return this.#position
  }

  /** Epoch of the history the log is in. */
  get epoch(): number {
    return this.#epoch
  }

  get closed(): boolean {
    return this.#closed
  }

  start(): void {
    this.#loop.start()
  }

  async stop(): Promise<void> {
    this.#closed = true
    for (const wake of [...this.#waiting]) wake()
    await this.#loop.stop()
  }

  /** Events after `position`, or null when they are no longer, or not yet known to be, here. */
  after(position: number): ChangeEvent[] | null {
    const first = this.#events[0]?.position ?? this.#position + 1
    return position + 1 < first || position > this.#position ? null : this.#events.slice(position + 1 - first)
  }

  /** Resolves when there are events after `position`, when the store closes or `signal` aborts. */
  async waitAfter(position: number, signal: AbortSignal): Promise<void> {
    while (this.#position <= position && !this.#closed && !signal.aborted) await this.#nextChange(signal)
  }

  #nextChange(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        this.#waiting.delete(finish)
        signal.removeEventListener('abort', finish)
        resolve()
      }
      this.#waiting.add(finish)
      signal.addEventListener('abort', finish, { once: true })
    })
  }

  async #follow(client: Client, signal: AbortSignal): Promise<void> {
    client.on('notification', ({ channel }) => {
      if (channel === CHANGES_CHANNEL) this.#wake.ring()
      else this.#options.onWork()
    })
    await client.query(`listen ${CHANGES_CHANNEL}; listen ${WORK_CHANNEL}`)
    await this.#enter()
    while (!signal.aborted) {
      const { rows } = await client.query<ChangeEvent>(READ, [this.#position])
      if (rows.length === 0) await this.#enter()
      else this.#append(rows)
      if (rows.length < READ_MAX) await this.#wake.wait(this.#options.clock, POLL_MS, signal)
    }
  }

  /** In a new history nothing held here counts: watchers find their positions pruned, and end. */
  async #enter(): Promise<void> {
    const head = await this.#options.enterHistory(this.#position)
    this.#epoch = head.epoch
    if (head.pruned <= this.#position) return
    this.#options.logger.warn({ ...head, was: this.#position }, 'the change log begins anew: watchers list again')
    this.#events = []
    this.#position = head.pruned
    this.#options.onWork()
    for (const wake of [...this.#waiting]) wake()
  }

  #append(events: ChangeEvent[]): void {
    const [first] = events
    if (first === undefined) return
    // Pruned while we were away.
    if (first.position !== this.#position + 1) this.#events = []
    for (const event of events) this.#shareTexts(event)
    this.#events.push(...events)
    if (this.#events.length > 2 * KEEP_EVENTS) this.#events = this.#events.slice(-KEEP_EVENTS)
    this.#position = events.at(-1)?.position ?? this.#position
    // Status writes, by far the most, put nothing into the queue.
    if (events.some(({ type }) => type !== 'status')) this.#options.onWork()
    for (const wake of [...this.#waiting]) wake()
  }

  /** Each row of the driver has texts of its own, which are half of an event: those that come again are held once. */
  #shareTexts(event: ChangeEvent): void {
    event.tenant = this.#text(event.tenant)
    event.kind = this.#text(event.kind)
    event.type = this.#text(event.type)
    if (event.project !== null) event.project = this.#text(event.project)
  }

  #text<T extends string>(text: T): T {
    const known = this.#texts.get(text)
    if (known !== undefined) return known as T
    if (this.#texts.size >= SHARED_TEXTS) this.#texts.clear()
    this.#texts.set(text, text)
    return text
  }
}
