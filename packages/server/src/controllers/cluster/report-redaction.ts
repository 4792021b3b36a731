import type { AgentMessage } from '@atrium/api/link/protocol.ts'
import { redactor } from '@atrium/runtime/base/redact.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { redactReport } from '@atrium/tunnel/link/report-redaction.ts'
import { clusterMarks, readSealed } from '../../content/sealed-variables.ts'

type Report = Exclude<AgentMessage, { type: 'heartbeat' }>

/**
 * A report without values of sensitive variables: helm and the API server quote what they refuse, and differences show
 * both sides. Agents do the same before they tell it, with former values too; this is for those that do not.
 */
export async function withoutSecrets(tx: Tx, { meta, spec }: StoredObject<'Cluster'>, report: Report): Promise<Report> {
  const marks = clusterMarks(spec.profiles)
  if (marks.length === 0) return report
  const redact = redactor((await readSealed(tx, [{ kind: 'Cluster', uid: meta.uid }], marks)).values())
  return redactReport(report, redact)
}
