import type { Enrolment } from '@atrium/agent/link/enrolment.ts'
import type { KubeObject, KubeRef } from '@atrium/kube/object.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { agentNames } from '@atrium/server/controllers/cluster/agent-manifest.ts'
import type { SimulatedAgent } from './agent.ts'

/** The calls of the plane into a cluster, as they travel to it. */
export type ClusterCall =
  | { method: 'find'; ref: KubeRef }
  | { method: 'apply'; object: KubeObject }
  | { method: 'delete'; ref: KubeRef }

/**
 * What stands for the API server of a simulated cluster: it takes what the plane pushes, keeps the enrolment Secret, and
 * runs the agent while its Deployment is there. Everything else it accepts and forgets.
 */
export class FakeCluster {
  readonly #agent: (enrolment: () => Promise<Enrolment>) => SimulatedAgent
  #enrolment: KubeObject | null = null
  #running: SimulatedAgent | null = null

  /** `agent` makes the agent of this cluster; it is made once. */
  constructor(agent: (enrolment: () => Promise<Enrolment>) => SimulatedAgent) {
    this.#agent = agent
  }

  /** Null until the plane has pushed it. */
  get agent(): SimulatedAgent | null {
    return this.#running
  }

  async answer(call: ClusterCall): Promise<unknown> {
    if (call.method === 'find') return this.#find(call.ref)
    if (call.method === 'delete') return false
    const { kind, metadata } = call.object
    if (kind === 'Secret' && metadata.name === agentNames.enrolment) this.#enrolment = call.object
    if (kind === 'Deployment' && metadata.name === agentNames.agent && !this.#running) {
      this.#running = this.#agent(async () => enrolmentOf(this.#enrolment))
      this.#running.start()
    }
    return call.object
  }

  #find({ kind, name, namespace = '' }: KubeRef): KubeObject | null {
    if (kind !== 'Secret') return null
    if (name === agentNames.enrolment) return this.#enrolment
    const hasIdentity = name === agentNames.identity && this.#running?.enrolled === true
    return hasIdentity ? { apiVersion: 'v1', kind, metadata: { name, namespace } } : null
  }
}

const enrolmentOf = (secret: KubeObject | null): Enrolment => {
  if (!secret) throw new AtriumError('InvalidState', 'The plane has pushed no enrolment Secret.')
  const data = secret.data as Record<string, string>
  const field = (name: string): string => Buffer.from(data[name] ?? '', 'base64').toString('utf8')
  return {
    token: new Secret(field('token')),
    serverUrl: field('serverUrl'),
    caBundlePem: field('ca.crt'),
    clusterUid: field('clusterUid'),
  }
}
