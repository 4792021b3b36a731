import type { CorpusCase } from './corpus.ts'
import type { Outcome } from './corpus-run.ts'

export interface Judged {
  one: CorpusCase
  outcome: Outcome
}

/** What the agent found, in the words of the corpus. */
export function verdictOf({ found }: Outcome): CorpusCase['verdict'] {
  if (!found) return 'none'
  if (found.type === 'changed') return found.diff.map(({ path }) => path).sort()
  return found.message.includes('being deleted') ? 'terminating' : 'deleted'
}

export type Confusion = Record<'found' | 'missed' | 'false' | 'quiet', number>

/** Cases by what is true and what was said. */
export function confusion(cases: readonly { isDrift: boolean; isSaid: boolean }[]): Confusion {
  const count = (drift: boolean, said: boolean): number =>
    cases.filter(({ isDrift, isSaid }) => isDrift === drift && isSaid === said).length
  return { found: count(true, true), missed: count(true, false), false: count(false, true), quiet: count(false, false) }
}

export const matrixOf = (judged: readonly Judged[]): Confusion =>
  confusion(
    judged.map(({ one, outcome }) => ({ isDrift: one.verdict !== 'none', isSaid: outcome.found !== undefined })),
  )

export const printed = (judged: readonly Judged[]): string =>
  [`Atrium: ${judged.length} cases`, ...matrixLines(matrixOf(judged))].join('\n')

export function matrixLines({ found, missed, false: wrong, quiet }: Confusion): string[] {
  const cell = (value: number | string): string => String(value).padStart(12)
  return [
    `${''.padEnd(20)}${cell('said drift')}${cell('said none')}`,
    `${'is drift'.padEnd(20)}${cell(found)}${cell(missed)}`,
    `${'is none'.padEnd(20)}${cell(wrong)}${cell(quiet)}`,
  ]
}
