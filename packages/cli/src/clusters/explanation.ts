import type { AtriumCause, AtriumExplanation } from '@atrium/api/generated/operations.d.ts'
import { formatAge, formatTable, type TableOptions } from '../output/table.ts'

/** An explanation as text: the root cause, what it waits for, what to do, and what follows from it. */
export function describeExplanation(
  { summary, causes, consequences }: AtriumExplanation,
  nowMs: number,
  fit: TableOptions = {},
): string {
  const [root, ...others] = causes
  if (!root) return summary
  const rows = consequences.map(({ condition, reason, follows }) => [condition, reason, follows])
  return [
    summary,
    '',
    ...causeLines(root, nowMs),
    ...(rows.length > 0 ? ['', formatTable(['CONSEQUENCE', 'REASON', 'FOLLOWS FROM'], rows, fit)] : []),
    ...others.flatMap((cause) => ['', `Besides, independent of that: ${cause.message}`, ...causeLines(cause, nowMs)]),
  ].join('\n')
}

function causeLines({ condition, reason, since, waitsFor, nextStep, about }: AtriumCause, nowMs: number): string[] {
  return [
    `Cause:      ${condition}, ${reason}${since === null ? '' : `, for ${formatAge(since, nowMs)}`}`,
    `Waits for:  ${waitsFor}`,
    `Next step:  ${nextStep}`,
    ...about.map((line, index) => `${index === 0 ? 'About:' : ''}`.padEnd(12) + line),
  ]
}
