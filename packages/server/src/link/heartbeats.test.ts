import { linkLimits } from '@atrium/api/link/protocol.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { seededRandom } from '@atrium/runtime/base/seeded-random.ts'
import { expect, it } from 'vitest'
import { Heartbeats } from './heartbeats.ts'

const tenant = 't'
const minuteMs = 60_000

const world = () => {
  const clock = new ManualClock()
  const touched: string[] = []
  const seen: number[] = []
  const ended: string[] = []
  const silent: number[] = []
  let isAway = false
  const answer = <T>(value: T): Promise<T> => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(value))
  const heartbeats = new Heartbeats({
    ...{ clock, random: seededRandom(1), logger: silentLogger, server: 's' },
    records: {
      openSessions: async () => new Map(),
      closeSession: () => answer(true),
      touchSessions: async (_tenant, sessions) => {
        await answer(null)
        touched.push(...sessions.map(({ clusterUid }) => clusterUid))
      },
      touchServer: async () => {
        await answer(null)
        seen.push(clock.now())
      },
      closedTenants: async () => [],
      silentSessions: ({ silentMs }) => {
        silent.push(silentMs)
        return answer([])
      },
    },
    status: {
      disconnected: async ({ clusterUid }, _epoch, heardAt) => {
        await answer(null)
        ended.push(`${clusterUid} heard ${Date.parse(heardAt)}`)
      },
    },
  })
  return { clock, heartbeats, touched, seen, ended, silent, setAway: (away: boolean) => void (isAway = away) }
}

it('never takes an agent for lost that beats seldom and misses two heartbeats', async () => {
  const { clock, heartbeats, touched, silent } = world()
  const beat = () => heartbeats.add({ tenant, clusterUid: 'a' }, 1)
  heartbeats.start()
  for (; touched.length < 1; await clock.advance(linkLimits.heartbeatMs)) beat()
  const firstMs = clock.now()
  await clock.advance(linkLimits.slowestHeartbeatMs)
  beat()
  await clock.advance(linkLimits.slowestHeartbeatMs * linkLimits.missedHeartbeats - 1)
  beat()
  while (touched.length < 2) await clock.advance(linkLimits.heartbeatMs)
  // The sweep may come a flush later, and the row be written late.
  expect(Math.min(...silent) - (clock.now() - firstMs)).toBeGreaterThan(linkLimits.heartbeatMs)
  await heartbeats.stop()
})

it('writes the row of an agent that beats every few seconds at most once in half a minute', async () => {
  const { clock, heartbeats, touched, seen } = world()
  heartbeats.start()
  const agents = Array.from({ length: 50 }, (_, index) => ({ tenant, clusterUid: `c${index}` }))
  for (let passedMs = 0; passedMs < 10 * minuteMs; passedMs += linkLimits.heartbeatMs) {
    for (const agent of agents) heartbeats.add(agent, 1)
    await clock.advance(linkLimits.heartbeatMs)
  }
  for (const { clusterUid } of agents) {
    const count = touched.filter((uid) => uid === clusterUid).length
    expect(count).toBeLessThanOrEqual(20)
    expect(count).toBeGreaterThanOrEqual(15)
  }
  expect(seen.length).toBeGreaterThan(100)
  await heartbeats.stop()
})

it('leaves the row of an agent that fell silent as it is', async () => {
  const { clock, heartbeats, touched } = world()
  heartbeats.start()
  heartbeats.add({ tenant, clusterUid: 'c' }, 1)
  await clock.advance(5 * minuteMs)
  expect(touched).toEqual([])
  await heartbeats.stop()
})

it('tells when a lost agent was last heard of, and as soon as the database is back', async () => {
  const { clock, heartbeats, ended, setAway } = world()
  const agent = { tenant, clusterUid: 'c' }
  heartbeats.start()
  heartbeats.add(agent, 1)
  const heardMs = clock.now()
  await clock.advance(20_000)
  setAway(true)
  await heartbeats.end(agent, 1)
  await clock.advance(minuteMs)
  expect(ended).toEqual([])
  setAway(false)
  await clock.advance(linkLimits.heartbeatMs)
  expect(ended).toEqual([`c heard ${heardMs}`])
  expect(heartbeats.lastHeardMs(tenant, 'c')).toBeNull()
  await heartbeats.stop()
})
