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

/** Cases by what is true and what was said. */
export function matrixOf(judged: readonly Judged[]): Record<'found' | 'missed' | 'false' | 'quiet', number> {
  const count = (isDrift: boolean, isSaid: boolean): number =>
    judged.filter(
      ({ one, outcome }) => (one.verdict !== 'none') === isDrift && (outcome.found !== undefined) === isSaid,
    ).length
  return { found: count(true, true), missed: count(true, false), false: count(false, true), quiet: count(false, false) }
}

export function printed(judged: readonly Judged[]): string {
  const { found, missed, false: wrong, quiet } = matrixOf(judged)
  const cell = (value: number | string): string => String(value).padStart(12)
  return [
    `${judged.length} cases`,
    `${''.padEnd(20)}${cell('said drift')}${cell('said none')}`,
    `${'is drift'.padEnd(20)}${cell(found)}${cell(missed)}`,
    `${'is none'.padEnd(20)}${cell(wrong)}${cell(quiet)}`,
  ].join('\n')
}
