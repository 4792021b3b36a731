import type { AgentMessage } from '@atrium/api/link/protocol.ts'
import { redactDeep, redactor } from '@atrium/runtime/base/redact.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { clusterMarks, readSealed } from '../../content/sealed-variables.ts'

type Report = Exclude<AgentMessage, { type: 'heartbeat' }>

/** A report without values of sensitive variables: helm and the API server quote what they refuse, and differences show both sides. */
export async function withoutSecrets(tx: Tx, { meta, spec }: StoredObject<'Cluster'>, report: Report): Promise<Report> {
  const marks = clusterMarks(spec.profiles)
  if (marks.length === 0) return report
  const redact = redactor((await readSealed(tx, [{ kind: 'Cluster', uid: meta.uid }], marks)).values())
  const clean = <T extends { message: string }>(item: T): T => ({ ...item, message: redact(item.message) })
  switch (report.type) {
    case 'state': {
      const { layers, health, nodes } = report
      return { ...report, layers: layers.map(clean), health: clean(health), nodes: nodes.map(clean) }
    }
    case 'events':
      return { ...report, items: report.items.map(clean) }
    case 'deviations': {
      const items = report.items.map((item) => ({
        ...clean(item),
        diff: item.diff.map((line) => cleanLine(line, redact)),
      }))
      return { ...report, items }
    }
  }
}

type DiffLine = Extract<Report, { type: 'deviations' }>['items'][number]['diff'][number]

const cleanLine = ({ path, live, desired }: DiffLine, redact: (text: string) => string): DiffLine => ({
  path: redact(path),
  live: redactDeep(live, redact),
  desired: redactDeep(desired, redact),
})
