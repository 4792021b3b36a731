/**
 * Asks a server at a constant rate, in a process of its own. The first message it is sent is a `LoadSetting`; told a `LoadOrder`
 * after that it answers with what it measured. It ends with its parent.
 */
import { once } from 'node:events'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { seededRandom } from '@atrium/runtime/base/seeded-random.ts'
import { type ApiTarget, openApiClient } from './api-client.ts'
import { type ApiWorld, everyRequest, type NamedRequest, nextRequest } from './api-requests.ts'
import { openLoop } from './open-loop.ts'

export interface LoadSetting {
  target: ApiTarget
  world: ApiWorld
  seed: number
}

export interface LoadOrder {
  perSecond: number
  /** 0 = each request there is once. */
  seconds: number
  /** Number of the first request: names are made of it. */
  first: number
}

export interface LoadResult {
  /** Milliseconds each took from when it was due, by what was asked. */
  taken: { sort: NamedRequest['sort']; name: string; ms: number }[]
  /** Answers that were not what they should be. */
  failed: string[]
}

const [{ target, world, seed }] = (await once(process, 'message')) as [LoadSetting]
const client = openApiClient(target)
const random = seededRandom(seed)

const send = async (request: NamedRequest, failed: string[]): Promise<void> => {
  const { status, text } = await client.send(request)
  if (status >= 300) failed.push(`${request.name}: ${status} ${text.slice(0, 200)}`)
}

const load = async ({ perSecond, seconds, first }: LoadOrder): Promise<LoadResult> => {
  const failed: string[] = []
  const requests = Array.from({ length: perSecond * seconds }, (_, index) => nextRequest(random, world, first + index))
  const times = await openLoop(systemClock, { perSecond, seconds }, (index) =>
    send(requests[index] as NamedRequest, failed),
  )
  return { taken: times.map((ms, index) => ({ ...(requests[index] as NamedRequest), ms })), failed }
}

/** One after another: what fails here fails always. */
const tryAll = async ({ first }: LoadOrder): Promise<LoadResult> => {
  const failed: string[] = []
  for (const request of everyRequest(random, world, first)) await send(request, failed)
  return { taken: [], failed }
}

process.on('message', (order: LoadOrder) => {
  void (order.seconds === 0 ? tryAll(order) : load(order)).then((result) => process.send?.(result))
})
process.on('disconnect', () => process.exit())
