import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { ServerContext } from '../../../context.ts'

const mostPerUser = 50

/** Open streams of this server, by user. */
const open = new WeakMap<ServerContext, Map<string, number>>()

/** Counts one more stream of the user until `signal` aborts. `TooManyRequests` beyond 50 of one user. */
export function takeStream(context: ServerContext, user: string, signal: AbortSignal): void {
  if (signal.aborted) return
  const counts = open.get(context) ?? new Map<string, number>()
  open.set(context, counts)
  const count = counts.get(user) ?? 0
  if (count >= mostPerUser) {
    throw new AtriumError('TooManyRequests', `You have ${count} open streams. Close some of them first.`)
  }
  counts.set(user, count + 1)
  const giveBack = (): void => {
    const left = (counts.get(user) ?? 1) - 1
    if (left === 0) counts.delete(user)
    else counts.set(user, left)
  }
  signal.addEventListener('abort', giveBack, { once: true })
}
