import type { KubeObject } from '@atrium/kube/object.ts'
import { Fields } from '@atrium/kube/readiness-rule.ts'
import type { AgentReport } from '../ports.ts'
import { bytesOf } from './bounds.ts'

type EventItems = Extract<AgentReport, { type: 'events' }>['items']
export type EventItem = EventItems[number]

/**
 * A Kubernetes event for the plane. Its id is stable, and changes only when the count doubles: an event that repeats
 * a thousand times is told ten times. Pure.
 */
export function toEventItem(event: KubeObject): EventItem {
  const fields = new Fields(event)
  const series = fields.in('series')
  const count = Math.max(fields.number('count', 1), series.number('count', 1))
  const involved = fields.in('involvedObject')
  const namespace = involved.text('namespace')
  const at = series.text('lastObservedTime') || fields.text('lastTimestamp') || fields.text('eventTime')
  const repeated = count > 1 ? ` (${count} times)` : ''
  return {
    id: `${event.metadata.uid ?? event.metadata.name}:${Math.floor(Math.log2(count))}`,
    at: at || event.metadata.creationTimestamp || '',
    severity: fields.text('type') === 'Warning' ? 'Warning' : 'Info',
    reason: fields.text('reason').slice(0, 256),
    message: `${fields.text('message').slice(0, 1_000)}${repeated}`,
    involved: `${involved.text('kind')} ${namespace ? `${namespace}/` : ''}${involved.text('name')}`.slice(0, 512),
    source: (fields.text('reportingComponent') || fields.in('source').text('component')).slice(0, 256),
  }
}

const REMEMBERED = 5_000
const WAITING = 500
const BATCH = 200
/** Well below what a message of the link holds. */
const BATCH_BYTES = 512 * 1024
/** Sustained events per second; bursts up to `WAITING`. */
const PER_SECOND = 10

/** Events waiting to be told: each once, warnings before chatter, never more than the plane should have to take. */
export class EventBuffer {
  readonly #told = new Set<string>()
  #waiting: EventItem[] = []
  #allowance = BATCH
  #lastAt = 0
  #dropped = 0

  add(item: EventItem): void {
    if (this.#told.has(item.id)) return
    this.#told.add(item.id)
    for (const old of this.#told) {
      if (this.#told.size <= REMEMBERED) break
      this.#told.delete(old)
    }
    this.#waiting.push(item)
    if (this.#waiting.length <= WAITING) return
    const chatter = this.#waiting.findIndex((one) => one.severity === 'Info')
    this.#waiting.splice(Math.max(chatter, 0), 1)
    this.#dropped++
  }

  /** How many were left out because there were too many. */
  get dropped(): number {
    return this.#dropped
  }

  /** What may be told now, oldest first. */
  take(now: number): EventItem[] {
    this.#allowance = Math.min(BATCH, this.#allowance + (Math.max(0, now - this.#lastAt) / 1_000) * PER_SECOND)
    this.#lastAt = now
    const warningsFirst = [...this.#waiting].sort((a, b) => rank(a) - rank(b)).slice(0, Math.floor(this.#allowance))
    const taken = new Set(firstWithin(warningsFirst, BATCH_BYTES))
    this.#allowance -= taken.size
    const items = this.#waiting.filter((item) => taken.has(item))
    this.#waiting = this.#waiting.filter((item) => !taken.has(item))
    return items
  }
}

/** As many of the first as take no more than `bytes` together. */
function firstWithin(items: readonly EventItem[], bytes: number): EventItem[] {
  let left = bytes
  const end = items.findIndex((item) => {
    left -= bytesOf(item) + 1
    return left < 0
  })
  return items.slice(0, end < 0 ? items.length : end)
}

const rank = (item: EventItem): number => (item.severity === 'Info' ? 1 : 0)
