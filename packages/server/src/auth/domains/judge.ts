import type { DomainOutcome, EmailDomain } from '../../store/identity/email-domains.ts'
import type { Challenge } from './challenge.ts'
import type { TxtAnswer } from './txt-lookup.ts'

/** One look at the record of a domain. */
export interface Look {
  outcome: DomainOutcome
  /** What stood there, cut short; of one that failed: the code. */
  found: string[]
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** Between looks at a domain that waits: doubled each time, up to this. */
const longestPauseMs = 12 * hourMs
const confirmedPauseMs = 24 * hourMs
const lostPauseMs = 6 * hourMs
/** A record that is gone for so long, and was missed so often, is gone. */
const graceMs = 7 * 24 * hourMs
const graceMisses = 3

const mostFound = 5
const longestFound = 200

export function lookOf(answer: TxtAnswer, { value }: Challenge): Look {
  if ('failure' in answer) return { outcome: 'unreachable', found: [answer.failure] }
  const { texts } = answer
  if (texts.some((text) => text.trim() === value)) return { outcome: 'published', found: [value] }
  return { outcome: texts.length === 0 ? 'absent' : 'different', found: texts.slice(0, mostFound).map(shown) }
}

/** As it can be stored, and shown on a terminal: without marks that turn text around. */
const shown = (text: string): string => text.replaceAll(/\p{C}/gu, '').slice(0, longestFound).toWellFormed()

/** What a domain is after a look at it. */
export function judge(before: EmailDomain, { outcome, found }: Look, nowMs: number): EmailDomain {
  const at = new Date(nowMs).toISOString()
  const looked = { ...before, lastLook: { at, outcome, found } }
  if (before.confirmed?.by === 'operator') return looked
  const after = (pauseMs: number): string => new Date(nowMs + pauseMs).toISOString()
  if (outcome === 'published') {
    const confirmed = before.confirmed ?? { at, by: 'dns' as const }
    return { ...looked, confirmed, misses: 0, lostSince: null, reason: '', nextLookAt: after(confirmedPauseMs) }
  }
  if (!before.confirmed) {
    return { ...looked, misses: before.misses + 1, nextLookAt: after(pauseAfter(before.misses)) }
  }
  // Who did not answer says nothing of the record.
  if (outcome === 'unreachable') return { ...looked, nextLookAt: after(lostPauseMs) }
  const lostSince = before.lostSince ?? at
  const misses = before.misses + 1
  if (misses < graceMisses || nowMs - Date.parse(lostSince) < graceMs) {
    return { ...looked, misses, lostSince, nextLookAt: after(lostPauseMs) }
  }
  const reason = `Its record was gone from ${lostSince} on.`
  return { ...looked, confirmed: null, misses: 1, lostSince: null, reason, nextLookAt: after(pauseAfter(0)) }
}

const pauseAfter = (misses: number): number => Math.min(minuteMs * 2 ** Math.min(misses, 20), longestPauseMs)
