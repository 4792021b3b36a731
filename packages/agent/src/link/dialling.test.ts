import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { seededRandom } from '@atrium/runtime/base/seeded-random.ts'
import { beforeEach, describe, expect, it } from 'vitest'
import { dialUntilAnswered } from './dialling.ts'
import type { LinkSocket, SocketListener } from './socket.ts'

const AGAIN_MS = 400
/** The longest that jitter makes of it. */
const LATEST_MS = AGAIN_MS * 1.5

interface Dialled {
  listener: SocketListener
  isOpen: boolean
}
let dials: Dialled[]
let told: string[]
let clock: ManualClock
let link: LinkSocket

const stillOpen = (): number[] => dials.flatMap(({ isOpen }, number) => (isOpen ? [number] : []))

beforeEach(() => {
  dials = []
  told = []
  clock = new ManualClock()
  const dial = (listener: SocketListener): LinkSocket => {
    const dialled = { listener, isOpen: true }
    dials.push(dialled)
    return { send: () => told.push(`sent by ${dials.indexOf(dialled)}`), close: () => (dialled.isOpen = false) }
  }
  const listener: SocketListener = {
    opened: (fingerprint) => told.push(`opened ${fingerprint}`),
    frame: ({ type }) => told.push(type),
    closed: (reason) => told.push(`closed ${reason}`),
  }
  link = dialUntilAnswered(dial, listener, { clock, random: seededRandom(1), againMs: AGAIN_MS })
})

const answer = (number: number): void => dials[number]?.listener.opened(`by ${number}`)
const frame = { type: 'ack' as const, seq: 1 }

describe('a dial that nobody answers', () => {
  it('is followed by others, of which the first and the newest stay', async () => {
    await clock.advance(LATEST_MS)
    expect(stillOpen()).toEqual([0, 1])
    await clock.advance(20 * LATEST_MS)
    expect(dials.length).toBeGreaterThanOrEqual(20)
    expect(stillOpen()).toEqual([0, dials.length - 1])
    expect(told).toEqual([])
  })

  it.each([
    ['the way is open again, and the newest is answered', 3],
    ['the server was slow, and the first is answered', 0],
  ])('ends with the others when %s', async (_case, number) => {
    while (dials.length < 4) await clock.advance(AGAIN_MS / 2)
    answer(number)
    expect(stillOpen()).toEqual([number])
    await clock.advance(10 * LATEST_MS)
    expect(dials).toHaveLength(4)
    dials[number]?.listener.frame(frame)
    dials[3 - number]?.listener.frame(frame)
    link.send({ type: 'heartbeat', seq: 1, at: '' })
    expect(told).toEqual([`opened by ${number}`, 'ack', `sent by ${number}`])
  })

  it('says that it closed once all did, and once', async () => {
    while (dials.length < 2) await clock.advance(AGAIN_MS / 2)
    dials[0]?.listener.closed('reset')
    expect(told).toEqual([])
    dials[1]?.listener.closed('refused')
    dials[1]?.listener.closed('refused')
    expect(told).toEqual(['closed refused'])
    await clock.advance(10 * LATEST_MS)
    expect(dials).toHaveLength(2)
  })

  it('ends all when it is closed, and says no more', async () => {
    while (dials.length < 2) await clock.advance(AGAIN_MS / 2)
    link.close()
    expect(stillOpen()).toEqual([])
    answer(1)
    dials[0]?.listener.closed('terminated')
    await clock.advance(10 * LATEST_MS)
    expect({ told, dials: dials.length }).toEqual({ told: [], dials: 2 })
  })
})
