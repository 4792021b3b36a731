import type { KindName } from '@atrium/api/kinds/index.ts'
import { AtriumError } from '../../base/errors.ts'
import type { Changed, ChangeEvent, WatchOptions } from '../store.ts'

/** The change log: gapless positions from 1, the newest `keep` of them readable. */
export class ChangeLog {
  readonly #keep: number
  #events: ChangeEvent[] = []
  #position = 0
  readonly #waiting = new Set<() => void>()

  constructor(keep: number) {
    this.#keep = keep
  }

  get position(): number {
    return this.#position
  }

  append(changes: Omit<ChangeEvent, 'position'>[]): void {
    if (changes.length === 0) return
    for (const change of changes) this.#events.push({ ...change, position: ++this.#position })
    if (this.#events.length > this.#keep) this.#events = this.#events.slice(-this.#keep)
    this.wakeAll()
  }

  changedSince(tenant: string, kind: KindName, since: number): Changed {
    if (since > this.#position) throw expired(since)
    const changed = this.#after(since + 1).filter((event) => event.tenant === tenant && event.kind === kind)
    return { position: this.#position, uids: [...new Set(changed.map(({ uid }) => uid))] }
  }

  wakeAll(): void {
    for (const wake of [...this.#waiting]) wake()
  }

  /** Events of one tenant after `since`, then live ones, until `signal` or `closed` says to stop. */
  async *watch(options: WatchOptions, from: number, closed: () => boolean): AsyncGenerator<ChangeEvent> {
    let next = from + 1
    while (!options.signal.aborted && !closed()) {
      for (const event of this.#after(next)) {
        if (options.signal.aborted) return
        next = event.position + 1
        if (event.tenant === options.tenant && (options.kinds?.includes(event.kind) ?? true)) yield event
      }
      options.reached?.(next - 1)
      if (next > this.#position && !closed()) await this.#wait(options.signal)
    }
  }

  #after(position: number): ChangeEvent[] {
    const first = this.#events[0]?.position ?? this.#position + 1
    if (position < first) throw expired(position - 1)
    return this.#events.slice(position - first)
  }

  #wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#waiting.add(wake)
      signal.addEventListener('abort', wake, { once: true })
    })
  }
}

const expired = (position: number): AtriumError =>
  new AtriumError('ResourceExpired', `changes after position ${position} are no longer kept: list again, then watch`)
