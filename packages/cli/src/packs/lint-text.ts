import { styleText } from 'node:util'
import type { Severity } from '@atrium/pack/lint/codes.ts'
import type { Finding } from '@atrium/pack/lint/finding.ts'
import type { LintedPlace } from '@atrium/pack/lint/sarif.ts'

const colours = { error: 'red', warning: 'yellow', info: 'cyan' } as const

/** Findings for people: a line each, below their pack. */
export function describeFindings(packs: readonly LintedPlace[], stream: NodeJS.WriteStream = process.stdout): string {
  const paint = (severity: Severity): string => styleText(colours[severity], severity, { stream })
  const line = (one: Finding): string => {
    const place = one.line > 0 ? `${one.file}:${one.line}:${one.column}` : one.file
    const path = one.path === '' ? '' : ` ${one.path}`
    return `  ${place} ${paint(one.severity)} ${one.code}${path}: ${one.message}`
  }
  return packs.map(({ path, findings }) => [`${path}: ${sumOf(findings)}`, ...findings.map(line)].join('\n')).join('\n')
}

/** `2 errors, 1 warning` */
export function sumOf(findings: readonly Finding[]): string {
  const counts = (['error', 'warning', 'info'] as const).flatMap((severity) => {
    const count = findings.filter((one) => one.severity === severity).length
    const word = severity === 'info' ? 'remark' : severity
    return count === 0 ? [] : [`${count} ${word}${count === 1 ? '' : 's'}`]
  })
  return counts.length === 0 ? 'nothing found' : counts.join(', ')
}
