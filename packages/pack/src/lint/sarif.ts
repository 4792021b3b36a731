import { type LintCode, lintCodes, lintRules, type Severity } from './codes.ts'
import type { Finding } from './finding.ts'

/** Findings of one pack, with the path of the pack as a reader of the report knows it. */
export interface LintedPlace {
  /** Folder, or archive. */
  path: string
  isFolder: boolean
  findings: readonly Finding[]
}

const levels: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' }

/** A report in SARIF 2.1.0, as code hosts show it beside the lines. */
export function sarifReport(packs: readonly LintedPlace[], version: string): object {
  const used = lintCodes.filter((code) => packs.some(({ findings }) => findings.some((one) => one.code === code)))
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'atrium pack lint', version, rules: used.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: packs.flatMap((pack) => pack.findings.map((one) => resultOf(pack, one, used.indexOf(one.code)))),
      },
    ],
  }
}

const ruleOf = (code: LintCode): object => ({
  id: code,
  shortDescription: { text: lintRules[code].what },
  defaultConfiguration: { level: levels[lintRules[code].severity] },
})

function resultOf({ path, isFolder }: LintedPlace, one: Finding, ruleIndex: number): object {
  // What lies within an archive has no address of its own.
  const uri = encodeURI((isFolder ? `${path}/${one.file}` : path).replaceAll('\\', '/').replace(/^\.\//, ''))
  const where = one.path === '' ? '' : `${one.path} `
  return {
    ruleId: one.code,
    ruleIndex,
    level: levels[one.severity],
    message: { text: isFolder ? `${where}${one.message}` : `${one.file}: ${where}${one.message}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri },
          ...(isFolder && one.line > 0 && { region: { startLine: one.line, startColumn: Math.max(one.column, 1) } }),
        },
        ...(one.path !== '' && { logicalLocations: [{ fullyQualifiedName: one.path }] }),
      },
    ],
  }
}
