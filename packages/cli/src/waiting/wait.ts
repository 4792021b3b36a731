import { ApiError } from '@atrium/client/error.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { watchKind } from '../clusters/watch.ts'
import type { Server } from '../platform/server.ts'
import type { Resource, ResourceItem } from '../resources/resource.ts'
import { compareWithGoal, type Goal, type Outlook } from './goal.ts'

export interface Wait {
  resource: Resource
  items: readonly ResourceItem[]
  goal: Goal
  timeoutMs: number
  clock: Clock
  signal: AbortSignal
  /** Called with each object as soon as it is there, and with each new reason why it is not. */
  tell(item: ResourceItem, outlook: Outlook): void
}

/**
 * Those that did not reach the goal in time, with the last reason; empty = all did. The server tells changes: nothing is asked for in
 * between. Throws when one is gone that should not be.
 */
export async function waitFor(server: Server, wait: Wait): Promise<{ item: ResourceItem; outlook: Outlook }[]> {
  const { resource, clock, goal, tell } = wait
  const pending = new Map(wait.items.map((item) => [item, { met: false, why: 'it was not looked at yet' }]))
  const look = async (): Promise<boolean> => {
    for (const [item, before] of pending) {
      const view = await readOrGone(server, resource, item.uid)
      if (view === null && goal.type !== 'delete')
        throw new Error(`${resource.kind}/${item.name} is gone: there is nothing left to wait for.`)
      const outlook = compareWithGoal(view, goal, clock.now())
      // Ages in it change all the time.
      if (outlook.met || withoutAge(outlook.why) !== withoutAge(before.why)) tell(item, outlook)
      if (outlook.met) pending.delete(item)
      else pending.set(item, outlook)
    }
    return pending.size === 0
  }
  const ended = new AbortController()
  const cancel = clock.after(Math.min(wait.timeoutMs, LONGEST_MS), () => ended.abort())
  try {
    const signal = AbortSignal.any([wait.signal, ended.signal])
    const [only] = wait.items
    const uid = wait.items.length === 1 && only !== undefined ? { uid: only.uid } : {}
    // Without time there is but the present moment.
    if (wait.timeoutMs === 0) await look()
    else
      await watchKind(server.client, { kind: resource.watched, project: server.project, clock, signal, ...uid }, look)
  } finally {
    cancel()
  }
  return [...pending].map(([item, outlook]) => ({ item, outlook }))
}

/** Timers know no longer one. */
const LONGEST_MS = 2 ** 31 - 1

const withoutAge = (why: string): string => why.replaceAll(/ for \d+[smhd]/g, '')

async function readOrGone(server: Server, resource: Resource, uid: string): Promise<unknown> {
  try {
    return (await resource.read?.(server.client, uid)) ?? null
  } catch (error) {
    if (error instanceof ApiError && error.code === 'ResourceNotFound') return null
    throw error
  }
}
