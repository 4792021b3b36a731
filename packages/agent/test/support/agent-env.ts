import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ControlPlane, startControlPlane } from '@atrium/dev-env/control-plane.ts'
import { FakePlane } from '@atrium/dev-env/fake-plane.ts'
import { toolPath } from '@atrium/dev-env/tool-paths.ts'
import type { KubeClient } from '@atrium/kube/client.ts'
import { isNotFound } from '@atrium/kube/errors.ts'
import { type ResourceWatch, watchResource } from '@atrium/kube/watch.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import pino from 'pino'
import { expect } from 'vitest'
import { type Agent, startAgent } from '../../src/agent.ts'
import { Redaction } from '../../src/desired/redaction.ts'
import type { FightLimits } from '../../src/drift/fight.ts'
import { Helm } from '../../src/layers/helm.ts'

const logger = process.env.ATRIUM_TEST_LOG ? pino({ level: 'debug' }) : silentLogger
const shared = { clock: systemClock, random: systemRandom, logger }
export const NAMESPACE = 'atrium-system'

/** A real control plane with the real agent and helm in front of it. */
export class AgentEnv {
  readonly control: ControlPlane
  readonly client: KubeClient
  readonly plane = new FakePlane()
  readonly stateDir: string
  agent: Agent | null = null
  #jobs: ResourceWatch | null = null

  private constructor(control: ControlPlane, stateDir: string) {
    this.control = control
    this.client = control.client
    this.stateDir = stateDir
  }

  static async start(): Promise<AgentEnv> {
    const control = await startControlPlane({ controllerManager: true })
    const env = new AgentEnv(control, await mkdtemp(join(tmpdir(), 'atrium-agent-')))
    await control.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
    await env.startAgent()
    return env
  }

  async startAgent(fights?: FightLimits): Promise<void> {
    const homeDir = join(this.stateDir, 'helm')
    await mkdir(homeDir, { recursive: true })
    this.agent = await startAgent({
      redaction: new Redaction(),
      client: this.client,
      helm: new Helm({
        command: toolPath('helm'),
        kubeconfigPath: this.control.kubeconfigPath,
        homeDir,
        path: process.env.PATH ?? '',
        ...shared,
      }),
      packs: this.plane,
      namespace: NAMESPACE,
      stateDir: this.stateDir,
      openLink: () => this.plane.link(),
      ...(fights && { fights }),
      ...shared,
    })
  }

  async stopAgent(options: { loseDisk?: boolean } = {}): Promise<void> {
    await this.agent?.stop()
    this.agent = null
    if (options.loseDisk) await rm(this.stateDir, { recursive: true, force: true })
  }

  /** Plays the kubelet for Jobs: each is completed (or failed, or left running) as soon as it exists. */
  completeJobs(outcome: (name: string) => 'Complete' | 'Failed' | 'Running'): void {
    void this.#jobs?.stop()
    this.#jobs = watchResource({
      client: this.client,
      query: { apiVersion: 'batch/v1', kind: 'Job' },
      ...shared,
      onObject: (change, job) => {
        const conditions = (job.status as { conditions?: unknown[] } | undefined)?.conditions ?? []
        const wanted = outcome(job.metadata.name)
        if (change === 'present' && conditions.length === 0 && wanted !== 'Running')
          void this.#finish(job.metadata, wanted)
      },
    })
  }

  async #finish(job: { name: string; namespace?: string }, outcome: 'Complete' | 'Failed'): Promise<void> {
    const ref = { apiVersion: 'batch/v1', kind: 'Job', namespace: job.namespace ?? '', name: job.name }
    const now = new Date().toISOString().replace(/\.\d+Z/, 'Z')
    const condition = (type: string) => ({ type, status: 'True', lastTransitionTime: now, lastProbeTime: now })
    const early = outcome === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget'
    const times = outcome === 'Complete' ? { completionTime: now, succeeded: 1 } : { failed: 1 }
    const status = { startTime: now, ...times, conditions: [condition(early), condition(outcome)] }
    try {
      await this.client.patch(ref, { status }, { type: 'merge', subresource: 'status' })
    } catch (error) {
      // A hook may be deleted as soon as it exists.
      if (!isNotFound(error)) throw error
    }
  }

  /** Waits until the newest desired state is fully applied. */
  async applied(): Promise<void> {
    await expect
      .poll(() => (this.plane.isApplied() ? 'applied' : this.plane.layers()), { interval: 50 })
      .toBe('applied')
  }

  async state(layer: string): Promise<string> {
    return this.plane.states()[layer] ?? 'none'
  }

  find(apiVersion: string, kind: string, name: string, namespace = '') {
    return this.client.find({ apiVersion, kind, namespace, name })
  }

  configMap(name: string, namespace = 'default') {
    return this.find('v1', 'ConfigMap', name, namespace)
  }

  async stop(): Promise<void> {
    await this.#jobs?.stop()
    await this.stopAgent({ loseDisk: true })
    await this.control.stop()
  }
}

export const configMapYaml = (name: string, data: Record<string, string>, namespace = ''): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ...(namespace ? { namespace } : {}) },
    data,
  })

/** A chart of one template. */
export const chart = (name: string, template: string, more: Record<string, string> = {}): Record<string, string> => ({
  [`charts/${name}/Chart.yaml`]: `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`,
  [`charts/${name}/values.yaml`]: 'greeting: hello\n',
  [`charts/${name}/templates/all.yaml`]: template,
  ...Object.fromEntries(Object.entries(more).map(([path, text]) => [`charts/${name}/${path}`, text])),
})
