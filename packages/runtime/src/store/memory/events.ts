import type { EventRecord } from '../store.ts'

const newerFirst = (a: EventRecord, b: EventRecord): number =>
  a.at === b.at ? (a.id < b.id ? 1 : -1) : a.at < b.at ? 1 : -1

/** Newest first; an id that is there already is not added again. */
export function addEvents(stored: readonly EventRecord[], added: readonly EventRecord[]): EventRecord[] {
  const byId = new Map(stored.map((event) => [event.id, event]))
  for (const event of added) if (!byId.has(event.id)) byId.set(event.id, event)
  return [...byId.values()].sort(newerFirst)
}

/** One page; its token is the id of its last event. */
export function pageOfEvents(
  all: readonly EventRecord[],
  query: { limit: number; continue?: string },
): { items: EventRecord[]; continue?: string } {
  const start = query.continue === undefined ? 0 : all.findIndex((event) => event.id === query.continue) + 1
  const items = all.slice(start, query.limit === 0 ? all.length : start + query.limit)
  const last = items.at(-1)
  return { items, ...(last && start + items.length < all.length ? { continue: last.id } : {}) }
}
