import type { KindName } from '@atrium/api/kinds/index.ts'
import type { Client } from '@atrium/client/client.ts'
import { ApiError, UnreachableError } from '@atrium/client/error.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'

export interface Watched {
  kind: KindName | undefined
  /** One object only. */
  uid?: string
  project: string | null
  /** Where some changes are told by nobody: how often to look all the same. */
  lookAgainMs?: number
  clock: Clock
  signal: AbortSignal
}

const AWAY_MS = 1_000

/**
 * Looks once the stream of changes is open, and again after every change, until `look` says that it saw enough. Nothing is asked
 * in between, unless `lookAgainMs` says so. Changes that come while it looks are one more look. A server that is away is waited for.
 */
export async function watchKind(client: Client, watched: Watched, look: () => Promise<boolean>): Promise<void> {
  const ended = new AbortController()
  const signal = AbortSignal.any([watched.signal, ended.signal])
  const { kind, uid, project, clock } = watched
  const state: { isDirty: boolean; looking: Promise<void> | null; failure: unknown } = {
    isDirty: false,
    looking: null,
    failure: null,
  }
  const lookOnce = async (): Promise<boolean> => {
    try {
      return await look()
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error
      state.isDirty = true
      await clock.sleep(AWAY_MS, signal)
      return false
    }
  }
  const lookOn = async (): Promise<void> => {
    try {
      while (state.isDirty && !signal.aborted) {
        state.isDirty = false
        if (await lookOnce()) ended.abort()
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
  const looks = lookEvery(watched, signal, again)
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
  // Who gave up does not wait for an answer that may never come.
  if (!watched.signal.aborted) await state.looking
  if (state.failure !== null) throw state.failure
}

async function lookEvery({ lookAgainMs, clock }: Watched, signal: AbortSignal, again: () => void): Promise<void> {
  while (lookAgainMs !== undefined && !signal.aborted) {
    await clock.sleep(lookAgainMs, signal)
    if (!signal.aborted) again()
  }
}
