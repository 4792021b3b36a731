import { redactDeep } from '@atrium/runtime/base/redact.ts'
import type { LinkReport } from './agent-machine.ts'

type DiffLine = Extract<LinkReport, { type: 'deviations' }>['items'][number]['diff'][number]
type Redact = (text: string) => string

/** A report whose messages and differences went through `redact`; what programs read stays as it is. Pure. */
export function redactReport<R extends LinkReport>(report: R, redact: Redact): R
export function redactReport(report: LinkReport, redact: Redact): LinkReport {
  const clean = <T extends { message: string }>(item: T): T => ({ ...item, message: redact(item.message) })
  switch (report.type) {
    case 'state': {
      const { layers, health, nodes } = report
      return { ...report, layers: layers.map(clean), health: clean(health), nodes: nodes.map(clean) }
    }
    case 'events':
      return { ...report, items: report.items.map(clean) }
    case 'deviations': {
      const items = report.items.map((item) => ({ ...clean(item), diff: redactDiff(item.diff, redact) }))
      return { ...report, items }
    }
  }
}

export const redactDiff = (diff: readonly DiffLine[], redact: Redact): DiffLine[] =>
  diff.map(({ path, live, desired }) => ({
    path: redact(path),
    live: redactDeep(live, redact),
    desired: redactDeep(desired, redact),
  }))
