import type { KindName } from '@atrium/api/kinds/index.ts'
import type { Client } from '@atrium/client/client.ts'
import { ApiError } from '@atrium/client/error.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'

export interface Watched {
  kind: KindName | undefined
  /** One object only. */
  uid?: string
  project: string | null
  /** Looks besides, where changes may come that are told by nobody. */
  lookAgain?: { everyMs: number; clock: Clock }
  signal: AbortSignal
}

/**
 * Looks once the stream of changes is open, and again after every change, until `look` says that it saw enough. Nothing is asked
 * in between, unless `lookAgain` says so. Changes that come while it looks are one more look.
 */
export async function watchKind(client: Client, watched: Watched, look: () => Promise<boolean>): Promise<void> {
  const ended = new AbortController()
  const signal = AbortSignal.any([watched.signal, ended.signal])
  const { kind, uid, project } = watched
  const state: { isDirty: boolean; looking: Promise<void> | null; failure: unknown } = {
    isDirty: false,
    looking: null,
    failure: null,
  }
  const lookOn = async (): Promise<void> => {
    try {
      while (state.isDirty && !signal.aborted) {
        state.isDirty = false
        if (await look()) ended.abort()
      }
    } catch (error) {
      state.failure ??= error
      ended.abort()
    } finally {
      state.looking = null
    }
  }
  const again = (): void => {
    state.isDirty = true
    state.looking ??= lookOn()
  }
  const options = { ...(kind && { kinds: [kind] }), ...(uid !== undefined && { uid }), project, signal, onOpen: again }
  const looks = lookEvery(watched.lookAgain, signal, again)
  while (!signal.aborted) {
    try {
      for await (const _change of client.watch(options)) again()
    } catch (error) {
      // What was missed shows in the next look.
      if (!(error instanceof ApiError && error.code === 'ResourceExpired')) {
        ended.abort()
        throw error
      }
    }
  }
  await looks
  await state.looking
  if (state.failure !== null) throw state.failure
}

async function lookEvery(lookAgain: Watched['lookAgain'], signal: AbortSignal, again: () => void): Promise<void> {
  while (lookAgain !== undefined && !signal.aborted) {
    await lookAgain.clock.sleep(lookAgain.everyMs, signal)
    if (!signal.aborted) again()
  }
}
