import type { KubeObject } from '@atrium/kube/object.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { agentManifest, agentNames, enrolmentSecret, manifestDigest, tokenIssuedAt } from './agent-manifest.ts'
import type { AgentSettings, ClusterAccess, EnrolmentTokens } from './deps.ts'

const apply = { fieldManager: 'atrium-plane', force: true }

export interface PushInput {
  access: ClusterAccess
  tokens: EnrolmentTokens
  agent: AgentSettings
  cluster: { tenant: string; clusterUid: string }
  connected: boolean
  now: number
  tokenMaxAgeMs: number
}

/** What is to be done about the enrolment Secret. */
export type EnrolmentStep = 'keep' | 'new-address' | 'new-token'

/**
 * A token is replaced only while no agent is connected: when there is none, when it is too old to be used, or when the
 * agent lost the key it enrolled with. An agent that is enrolled keeps its identity and is simply adopted. Pure.
 */
export function planEnrolment(input: {
  secret: KubeObject | null
  identity: KubeObject | null
  connected: boolean
  agent: AgentSettings
  clusterUid: string
  now: number
  tokenMaxAgeMs: number
}): EnrolmentStep {
  const { secret, identity, connected, agent, now } = input
  if (!secret || field(secret, 'token') === '' || field(secret, 'clusterUid') !== input.clusterUid) return 'new-token'
  const issuedAt = Date.parse(secret.metadata.annotations?.[tokenIssuedAt] ?? '')
  const age = Number.isNaN(issuedAt) ? Number.POSITIVE_INFINITY : now - issuedAt
  // A lost key cannot be told from one that is not made yet before the agent had the time to make it.
  if (!connected && age > (identity ? input.tokenMaxAgeMs : input.tokenMaxAgeMs / 10)) return 'new-token'
  const same = field(secret, 'serverUrl') === agent.serverUrl && field(secret, 'ca.crt') === agent.caPem
  return same ? 'keep' : 'new-address'
}

function field(secret: KubeObject, name: string): string {
  const data: unknown = secret.data
  const value: unknown = data !== null && typeof data === 'object' ? Reflect.get(data, name) : undefined
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : ''
}

const secretRef = (name: string) => ({ apiVersion: 'v1', kind: 'Secret', namespace: agentNames.namespace, name })

/** Applies the agent to the cluster; repeats change nothing. Answers the digest of what it applied. */
export async function pushAgent(input: PushInput): Promise<string> {
  const [namespace, ...rest] = agentManifest(input.agent)
  if (namespace) await input.access.apply(namespace, apply)
  await pushEnrolment(input)
  for (const object of rest) await input.access.apply(object, apply)
  return agentDigest(input.agent)
}

/** Tells an agent how it reaches the plane and leaves it at its version; false when there is none. */
export async function keepAgent(input: PushInput): Promise<boolean> {
  const { namespace, agent: name } = agentNames
  if (!(await input.access.find({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name }))) return false
  await pushEnrolment(input)
  return true
}

export const agentDigest = (agent: AgentSettings): string => manifestDigest([...agentManifest(agent), addressOf(agent)])

/** Part of the digest, so that a plane that moved tells its agents the new address. */
const addressOf = (agent: AgentSettings): KubeObject =>
  enrolmentSecret({ ...agent, token: new Secret(''), clusterUid: '', issuedAt: '' })

async function pushEnrolment(input: PushInput): Promise<void> {
  const { access, agent, cluster, connected, now, tokenMaxAgeMs } = input
  const secret = await access.find(secretRef(agentNames.enrolment))
  const identity = await access.find(secretRef(agentNames.identity))
  const { clusterUid } = cluster
  const step = planEnrolment({ secret, identity, connected, agent, clusterUid, now, tokenMaxAgeMs })
  if (step === 'keep') return
  const renew = step === 'new-token' || !secret
  const token = renew ? await input.tokens.issue(cluster) : new Secret(field(secret, 'token'))
  const issuedAt = renew ? new Date(now).toISOString() : (secret.metadata.annotations?.[tokenIssuedAt] ?? '')
  await access.apply(enrolmentSecret({ ...agent, token, clusterUid, issuedAt }), apply)
}
