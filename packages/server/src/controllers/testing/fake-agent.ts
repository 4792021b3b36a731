import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import type { LayerReport } from '@atrium/api/link/protocol.ts'
import type { MemoryStore } from '@atrium/runtime/store/memory/memory-store.ts'
import type { Actor } from '@atrium/runtime/store/store.ts'
import { agentNames } from '../cluster/agent-manifest.ts'
import { applyReport } from '../cluster/report.ts'
import type { FakeKube } from './fake-kube.ts'
import type { TinyCloud } from './tiny-cloud.ts'

const actor: Actor = { type: 'agent', uid: 'agent', name: 'agent' }

/** What an agent makes of its cluster: enrols where it is deployed, installs a layer a tick, reports nodes. */
export class FakeAgent {
  readonly #store: MemoryStore
  readonly #tenant: string
  readonly #uid: string
  readonly #kube: FakeKube
  readonly #cloud: TinyCloud
  readonly #planeEpoch: () => number
  readonly #installed = new Map<string, string>()
  #session = 0
  readonly usedTokens = new Set<string>()
  /** False = its pod is dead or cut off. */
  alive = true
  /** False = it is connected and says nothing of its work. */
  reports = true
  /** Layer that cannot be installed. */
  broken: string | null = null
  /** Node that finds no place in its report. */
  unlisted = ''

  constructor(
    store: MemoryStore,
    tenant: string,
    uid: string,
    kube: FakeKube,
    cloud: TinyCloud,
    planeEpoch: () => number,
  ) {
    this.#store = store
    this.#tenant = tenant
    this.#uid = uid
    this.#kube = kube
    this.#cloud = cloud
    this.#planeEpoch = planeEpoch
  }

  async tick(): Promise<void> {
    const deployed = this.#kube.get('Deployment', agentNames.namespace, agentNames.agent) !== undefined
    const identity = this.#kube.get('Secret', agentNames.namespace, agentNames.identity)
    const enrolment = this.#kube.get('Secret', agentNames.namespace, agentNames.enrolment)
    const connected = this.alive && deployed && enrolment !== undefined
    if (connected && !identity) {
      this.usedTokens.add(JSON.stringify(enrolment.data))
      const metadata = { name: agentNames.identity, namespace: agentNames.namespace }
      this.#kube.put({ apiVersion: 'v1', kind: 'Secret', metadata })
    }
    await this.#store.transaction(this.#tenant, actor, async (tx) => {
      const cluster = await tx.get('Cluster', this.#uid)
      if (!cluster) return
      if ((cluster.status.agent?.connected ?? false) !== connected) {
        if (connected) this.#session += 1
        const agent = {
          enrolled: true,
          connected,
          version: '1',
          lastHeartbeatAt: '2026-01-01T00:00:00.000Z',
          podName: 'p',
          sessionEpoch: this.#session,
          ...(connected ? { planeEpoch: this.#planeEpoch() } : { endedEpoch: this.#session }),
        }
        await tx.updateStatus('Cluster', this.#uid, { status: { agent: { ...cluster.status.agent, ...agent } } })
        await tx.enqueue('Cluster', this.#uid)
      }
      const pointer = cluster.status.desired
      const blob = connected && this.reports && pointer ? await tx.getBlob(pointer.digest) : null
      if (blob) await applyReport(tx, this.#uid, this.#report(JSON.parse(blob.toString()) as DesiredState), '')
    })
  }

  #report(desired: DesiredState) {
    const position = { epoch: desired.epoch, generation: desired.generation }
    const next = desired.layers.find((layer) => this.#installed.get(layer.id) !== layer.valuesDigest)
    if (next && next.name !== this.broken) this.#installed.set(next.id, next.valuesDigest)
    const layers = desired.layers.map((layer): LayerReport => {
      const installedDigest = this.#installed.get(layer.id) ?? null
      const ready = installedDigest === layer.valuesDigest
      const failed = layer.name === this.broken
      const state = failed ? 'Error' : ready ? 'Ready' : 'WaitingForOtherLayers'
      return {
        id: layer.id,
        state,
        message: failed ? 'no such image' : '',
        startedAt: null,
        finishedAt: null,
        installedDigest,
      }
    })
    const complete = layers.every((layer) => layer.state === 'Ready')
    const running = this.#cloud.machines(this.#uid).filter(({ state }) => state === 'Running')
    return {
      type: 'state' as const,
      seq: 1,
      applied: complete ? position : null,
      working: position,
      layers,
      health: { state: complete ? ('Healthy' as const) : ('UnHealthy' as const), message: '' },
      nodes: running
        .filter(({ name }) => name !== this.unlisted)
        .map(({ name, providerId }) => ({ name, providerId, ready: true, message: '', notReadySince: null })),
      kubernetesVersion: 'v1.34.4',
      metrics: {
        ...{ cpuCoresTotal: 1, cpuCoresUsed: 0, memoryBytesTotal: 1, memoryBytesUsed: 0 },
        ...{ nodesTotal: running.length, nodesReady: running.length, podsTotal: 1, podsRunning: 1 },
      },
    }
  }
}
