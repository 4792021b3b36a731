import type { Client } from '@atrium/client/client.ts'
import { ApiError, UnreachableError } from '@atrium/client/error.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { expect, test } from 'vitest'
import { watchKind } from './watch.ts'

/** A stream that opens and then tells nothing until it is ended. */
const client = {
  async *watch({ onOpen, signal }: { onOpen?(): void; signal: AbortSignal }) {
    onOpen?.()
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
    yield* []
  },
} as unknown as Client
/** Waits for nothing, and counts how often. */
const clock = () => ({
  ...systemClock,
  slept: 0,
  sleep(this: { slept: number }): Promise<void> {
    this.slept += 1
    return Promise.resolve()
  },
})
const watched = () => ({
  kind: 'Cluster' as const,
  project: null,
  signal: new AbortController().signal,
  clock: clock(),
})

test('a server that is away when something is looked at is waited for', async () => {
  const answers = [new UnreachableError('away'), new UnreachableError('away'), null]
  const options = watched()
  await watchKind(client, options, async () => {
    const failure = answers.shift()
    if (failure) throw failure
    return true
  })
  expect([answers, options.clock.slept]).toEqual([[], 2])
})

test('what the server refuses ends it', async () => {
  const refused = new ApiError(403, 'Forbidden', 'no', null, '')
  await expect(watchKind(client, watched(), () => Promise.reject(refused))).rejects.toBe(refused)
})

test('who gives up does not wait for an answer that never comes', async () => {
  const gaveUp = new AbortController()
  const never = new Promise<boolean>(() => {})
  await watchKind(client, { ...watched(), signal: gaveUp.signal }, () => {
    gaveUp.abort()
    return never
  })
})
