import type { ClusterImport } from '@atrium/api/kinds/cluster.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import { stringify } from 'yaml'
import { agentManifest, enrolmentSecret } from './agent-manifest.ts'
import type { AgentSettings } from './deps.ts'

export interface ImportedAgent {
  clusterUid: string
  mode: ClusterImport['mode']
  token: Secret<string>
  /** RFC 3339. */
  issuedAt: string
}

/** The agent of an imported cluster as YAML for `kubectl apply`. Holds a credential. Pure. */
export function importManifest(agent: AgentSettings, { mode, ...enrolment }: ImportedAgent): string {
  const { image, serverUrl, caPem } = agent
  const [namespace, ...rest] = agentManifest({ image, isReadOnly: mode === 'read-only' })
  const objects = [namespace, enrolmentSecret({ serverUrl, caPem, ...enrolment }), ...rest]
  return objects.map((object) => `---\n${stringify(object, { aliasDuplicateObjects: false })}`).join('')
}
