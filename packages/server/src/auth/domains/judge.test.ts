import { describe, expect, test } from 'vitest'
import type { EmailDomain } from '../../store/identity/email-domains.ts'
import { judge, type Look, lookOf } from './judge.ts'

const hourMs = 3_600_000
const start = Date.parse('2026-03-01T00:00:00Z')
const listed: EmailDomain = {
  ...{ tenant: 't', domain: 'ours.example', listedAt: new Date(start).toISOString(), confirmed: null, lastLook: null },
  ...{ misses: 0, lostSince: null, reason: '', nextLookAt: null },
}
const there: Look = { outcome: 'published', found: ['x'] }
const absent: Look = { outcome: 'absent', found: [] }
const unreachable: Look = { outcome: 'unreachable', found: ['ESERVFAIL'] }

/** Looks each time it is due, for so many hours; when it was looked at, in hours, and what it is then. */
function follow(first: EmailDomain, look: Look, hours: number) {
  let [now, domain] = [start, first]
  const looks: number[] = []
  while (now <= start + hours * hourMs) {
    looks.push((now - start) / hourMs)
    domain = judge(domain, look, now)
    now = Date.parse(domain.nextLookAt ?? 'never')
    if (Number.isNaN(now)) break
  }
  return { looks, domain }
}

describe('a domain', () => {
  test('that waits is looked at often at first, then twice a day, for good', () => {
    const minutes = follow(listed, absent, 60 * 24).looks.map((hours) => hours * 60)
    expect(minutes.slice(0, 5)).toEqual([0, 1, 3, 7, 15])
    const [before = 0, last = 0] = minutes.slice(-2)
    expect(last - before).toBe(12 * 60)
  })

  test('is confirmed by its record, and looked at once a day from then on', () => {
    const { domain, looks } = follow({ ...listed, misses: 9, reason: 'gone' }, there, 72)
    expect(domain).toMatchObject({ confirmed: { by: 'dns' }, misses: 0, reason: '' })
    expect(looks).toEqual([0, 24, 48, 72])
  })

  test('that lost its record stays confirmed for a week', () => {
    const confirmed = judge(listed, there, start)
    expect(follow(confirmed, absent, 7 * 24 - 1).domain).toMatchObject({ confirmed: { by: 'dns' } })
    const { domain } = follow(confirmed, absent, 7 * 24)
    expect(domain).toMatchObject({ confirmed: null, lostSince: null })
    expect(domain.reason).toContain('2026-03-01T00:00:00.000Z')
  })

  test('is never lost by two looks, however far apart, nor by name servers that do not answer', () => {
    const confirmed = judge(listed, there, start)
    const once = judge(confirmed, absent, start)
    expect(judge(once, absent, start + 1000 * hourMs).confirmed).not.toBeNull()
    expect(follow(confirmed, unreachable, 1000).domain).toMatchObject({ confirmed: { by: 'dns' }, lostSince: null })
    expect(judge(once, there, start + hourMs)).toMatchObject({ misses: 0, lostSince: null })
  })

  test('that an operator vouches for is looked at by nobody, and loses nothing by it', () => {
    const vouched: EmailDomain = { ...listed, confirmed: { at: listed.listedAt, by: 'operator' } }
    expect(judge(vouched, absent, start)).toEqual({ ...vouched, lastLook: { at: listed.listedAt, ...absent } })
  })
})

test('a look takes one text among others for the record, and shows what else stands there cut short', () => {
  const challenge = { type: 'TXT' as const, name: 'n', value: 'atrium-domain=1' }
  expect(lookOf({ texts: ['v=spf1', 'atrium-domain=1 '] }, challenge).outcome).toBe('published')
  expect(lookOf({ texts: ['atrium-domain=12'] }, challenge).outcome).toBe('different')
  expect(lookOf({ texts: [] }, challenge)).toEqual(absent)
  expect(lookOf({ failure: 'ESERVFAIL' }, challenge)).toEqual(unreachable)
  const long = lookOf({ texts: Array.from({ length: 9 }, () => `\u0000${'x'.repeat(300)}`) }, challenge)
  expect(long.found).toEqual(Array.from({ length: 5 }, () => 'x'.repeat(200)))
})
