import type { AtriumRegistry } from '@atrium/api/generated/operations.d.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { watchKind } from '../clusters/watch.ts'
import { untilInterrupted } from '../output/interrupt.ts'
import type { Server } from '../platform/server.ts'

type Sync = AtriumRegistry['sync']

/** How the last sync went, and each pack that cannot be used, as lines. */
export function tellSync({ state, message, counts, problems }: Sync): string {
  const head = `${state}: ${counts.offered} offered, ${counts.usable} usable, ${counts.failed} not, ${counts.moved} moved, ${counts.leftOut} left out`
  const lines = problems.map((problem) => `${problem.place}: ${problem.message} [${problem.code}]`)
  return [head, ...(state === 'Failed' ? [message] : []), ...lines].join('\n')
}

export const readSync = async ({ client }: Server, uid: string): Promise<Sync> =>
  (await client.call('GET /atrium/v1/registries/{uid}', { params: { uid } })).sync

/** Waits for the end of a sync that began after the one of `lastRunAt`, and tells how it went. Throws what it says when it failed. */
export async function untilSynced(server: Server, uid: string, lastRunAt: string | null): Promise<string> {
  const seen: { sync: Sync | null } = { sync: null }
  const look = async (): Promise<boolean> => {
    const sync = await readSync(server, uid)
    const isOver = sync.lastRunAt !== lastRunAt && ['Success', 'Failed'].includes(sync.state)
    if (isOver) seen.sync = sync
    return isOver
  }
  const watched = { kind: 'Registry' as const, uid, project: server.project, clock: systemClock }
  await untilInterrupted((signal) => watchKind(server.client, { ...watched, signal }, look))
  if (seen.sync === null) throw new Error('Not waited to the end: the registry is still being read.')
  const told = tellSync(seen.sync)
  if (seen.sync.state === 'Failed') throw new Error(told)
  return told
}
