import type { ChangeEvent, Store } from '@atrium/runtime/store/store.ts'

/** Reads events after `since` until `enough` says so; the test's own limit ends it otherwise. */
export const readEvents = async (
  store: Store,
  options: { tenant: string; since: number },
  enough: (events: ChangeEvent[]) => boolean,
): Promise<ChangeEvent[]> => {
  const stop = new AbortController()
  const events: ChangeEvent[] = []
  for await (const event of store.watch({ ...options, signal: stop.signal })) {
    events.push(event)
    if (enough(events)) stop.abort()
  }
  return events
}

/** Positions ascend without repetition, and versions of one object never go back. Returns the faults found. */
export const orderFaults = (events: readonly ChangeEvent[]): string[] => {
  const faults: string[] = []
  const versions = new Map<string, number>()
  let position = 0
  for (const event of events) {
    if (event.position <= position) faults.push(`position ${event.position} after ${position}`)
    position = event.position
    const former = versions.get(event.uid) ?? 0
    if (event.resourceVersion <= former) faults.push(`${event.uid}: version ${event.resourceVersion} after ${former}`)
    versions.set(event.uid, event.resourceVersion)
  }
  return faults
}
