import { type LintCode, lintRules, type Severity, severities } from './codes.ts'

/** Where in a text something stands; both 1-based, 0 where no place can be named. */
export interface Place {
  line: number
  column: number
}

/** One thing that lint found in a pack. */
export interface Finding extends Place {
  code: LintCode
  severity: Severity
  /** File within the pack. */
  file: string
  /** Dotted path of the field, or the object that was rendered; empty when the whole file is meant. */
  path: string
  /** What is wrong and what to do. */
  message: string
}

export const noPlace: Place = { line: 0, column: 0 }

export const finding = (code: LintCode, file: string, place: Place, path: string, message: string): Finding => ({
  code,
  severity: lintRules[code].severity,
  file,
  line: place.line,
  column: place.column,
  path,
  message,
})

/** True when a finding is as severe as `level`, or more. */
export const isAtLeast = (severity: Severity, level: Severity): boolean =>
  severities.indexOf(severity) <= severities.indexOf(level)

/** The most severe first, then in the order of files and lines. */
export const sortFindings = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted(
    (a, b) =>
      severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
      compare(a.file, b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      compare(a.code, b.code) ||
      compare(a.message, b.message),
  )

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
