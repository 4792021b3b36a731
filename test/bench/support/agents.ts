import type { Enrolment } from '@atrium/agent/link/enrolment.ts'
import type { AgentIdentity } from '@atrium/agent/ports.ts'
import { createBareCluster } from '@atrium/dev-env/link-plane.ts'
import { forEach } from '@atrium/dev-env/simulated-fleet/populate.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { createKeyPair } from '@atrium/runtime/pki/keys.ts'
import { createSigningRequest } from '@atrium/runtime/pki/pki.ts'
import type { Installation } from '@atrium/server/context.ts'
import { AgentAuthority } from '@atrium/server/link/authority.ts'
import { LinkRecords } from '@atrium/server/link/records.ts'
import { AgentStatusWriter } from '@atrium/server/link/status.ts'

/** What an agent needs to dial: enrolled by the server's own parts, without a request for each. */
export interface BenchAgent {
  identity: AgentIdentity
  enrolment: Enrolment
}

const AT_ONCE = 8

/** `count` clusters that are nothing but objects, in one tenant, and an enrolled agent for each. */
export const enrolAgents = async (
  installation: Installation,
  tenant: string,
  serverUrl: string,
  count: number,
): Promise<BenchAgent[]> => {
  const { store, pki } = installation
  const records = new LinkRecords(store.database)
  const status = new AgentStatusWriter(store)
  const serverTrust = (): string => pki.trust
  const { agentAuthority, agentTrust } = pki
  const authority = new AgentAuthority({ ...installation, records, status, agentAuthority, agentTrust, serverTrust })
  const agents: BenchAgent[] = []
  await forEach(count, AT_ONCE, async (index) => {
    const clusterUid = await createBareCluster(store, tenant, `cluster-${index}`)
    const { token } = await authority.issueEnrolment({ tenant, clusterUid })
    const keys = await createKeyPair()
    const csr = await createSigningRequest(keys)
    const answer = await authority.enrol({ token: token.reveal(), csr, agentVersion: '0.1.0' })
    agents.push({
      identity: {
        clusterUid,
        privateKeyPem: new Secret(keys.privateKeyPem),
        certificatePem: answer.certificate,
        tokenHash: '',
        caBundlePem: answer.caBundle,
        notAfter: answer.notAfter,
      },
      enrolment: { token, serverUrl, caBundlePem: answer.caBundle, clusterUid },
    })
  })
  return agents
}
