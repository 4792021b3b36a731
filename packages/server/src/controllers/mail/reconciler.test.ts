import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { seededRandom } from '@atrium/runtime/base/seeded-random.ts'
import { describe, expect, test } from 'vitest'
import type { MailProblem, MailServer } from '../../mail/mailer.ts'
import type { Outbox, Taken } from '../../mail/outbox.ts'
import { createMailReconciler } from './reconciler.ts'

const server: MailServer = {
  ...{ host: 'mail.example.com', port: 587, isImplicitTls: false, isVerified: true },
  ...{ userName: '', password: null, from: 'atrium@example.com' },
}
const hourMs = 60 * 60_000

/** One mail and a mail server that answers as `answers` say, one by one, then takes it. */
function world(answers: (MailProblem | null)[]) {
  const clock = new ManualClock()
  const createdAt = new Date(clock.now()).toISOString()
  const secret = new Secret('t.secret')
  const mail = { id: 'm', to: 'ben@example.com', subject: 's', text: 't' }
  let state: Taken = { state: 'waiting', mail, createdAt, attempts: 0, secret }
  const told: { problem: string; nextAt: string | null }[] = []
  const sent: string[] = []
  const world = { clock, told, sent, forgets: true, server: server as MailServer | string }
  const outbox: Outbox = {
    take: async () => state,
    answer: async () => undefined,
    server: async () => world.server,
    async failed(_tenant, _uid, problem, nextAt) {
      told.push({ problem, nextAt })
      if (nextAt === null) state = { state: 'ended', endedAt: new Date(clock.now()).toISOString() }
      else if (state.state === 'waiting') state = { ...state, attempts: state.attempts + 1 }
    },
    async forget() {
      if (!world.forgets) throw new Error('the database is away')
      state = { state: 'gone' }
    },
  }
  const mailer = {
    check: async () => null,
    async send(_server: MailServer, { to }: { to: string }) {
      const answer = answers.shift() ?? null
      if (answer === null) sent.push(to)
      return answer
    },
  }
  const reconciler = createMailReconciler({ outbox, mailer, clock, random: seededRandom(1), logger: silentLogger })
  const claim = { kind: 'Mail', tenant: 't', uid: 'm', fence: 1, attempts: 0, leaseUntil: 0 } as const
  const run = () => reconciler.reconcile({ tenant: 't', uid: 'm', claim, signal: new AbortController().signal })
  return { ...world, world, run }
}

const away: MailProblem = { text: 'mail.example.com:587 is not reached', isFinal: false }

describe('a mail that waits', () => {
  test('is gone once it was sent', async () => {
    const { run, sent } = world([])
    expect([await run(), await run(), sent]).toEqual([{ outcome: 'gone' }, { outcome: 'gone' }, ['ben@example.com']])
  })

  test('is tried with growing pauses, and given up after half a day with the reason', async () => {
    const { run, told, clock } = world(Array.from({ length: 500 }, () => away))
    const pauses: number[] = []
    const begin = clock.now()
    for (;;) {
      const result = await run()
      if (result.outcome !== 'again') throw new Error(result.outcome)
      if (told.at(-1)?.nextAt === null) break
      pauses.push(result.afterMs)
      await clock.advance(result.afterMs)
    }
    expect(pauses[0]).toBeLessThan(20_000)
    expect(Math.max(...pauses)).toBeGreaterThan(10 * 60_000)
    expect(Math.max(...pauses)).toBeLessThan(20 * 60_000)
    expect(clock.now() - begin).toBeLessThan(12 * hourMs)
    expect(clock.now() - begin).toBeGreaterThan(11 * hourMs)
    expect(told.at(-1)).toEqual({ problem: away.text, nextAt: null })
  })

  test('that is refused for good is given up at once, shown for a week, and then gone', async () => {
    const { run, told, clock } = world([{ text: 'no such user', isFinal: true }])
    const result = await run()
    expect(told).toEqual([{ problem: 'no such user', nextAt: null }])
    expect(result).toEqual({ outcome: 'again', afterMs: 7 * 24 * hourMs })
    await clock.advance(24 * hourMs)
    expect(await run()).toEqual({ outcome: 'again', afterMs: 6 * 24 * hourMs })
    await clock.advance(6 * 24 * hourMs)
    expect(await run()).toEqual({ outcome: 'gone' })
  })

  test('goes twice, and is not lost, when it cannot be marked as sent', async () => {
    const { run, sent, world: state } = world([])
    state.forgets = false
    await expect(run()).rejects.toThrow('away')
    state.forgets = true
    expect([await run(), sent]).toEqual([{ outcome: 'gone' }, ['ben@example.com', 'ben@example.com']])
  })

  test('waits where there is no server, and tells no secret that a server quotes', async () => {
    const { run, told, sent, world: state } = world([{ text: 'spam: https://p/activate#t.secret', isFinal: false }])
    state.server = 'There is no mail server.'
    await run()
    state.server = server
    await run()
    expect(told.map(({ problem }) => problem)).toEqual([
      'There is no mail server.',
      'spam: https://p/activate#[secret]',
    ])
    await run()
    expect(sent).toHaveLength(1)
  })
})
