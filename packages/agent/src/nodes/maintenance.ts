import { type DesiredState, maintenanceMark, type NodeMaintenance } from '@atrium/api/link/desired-state.ts'
import type { NodeReport } from '@atrium/api/link/protocol.ts'
import type { KubeClient } from '@atrium/kube/client.ts'
import type { KubeObject } from '@atrium/kube/object.ts'
import { Fields } from '@atrium/kube/readiness-rule.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { FightDetector } from '../drift/fight.ts'
import { type Failure, nextFailure } from '../layers/backoff.ts'
import { FIELD_MANAGER } from '../names.ts'

/** Annotation of a node: the request that was last done to it, so that it is done once, whichever agent does it. */
export const MARK = 'atrium.dev/maintenance'

/**
 * What brings a node to where its request wants it, as a merge patch; null = it is there. In maintenance it stays, whoever else
 * makes it schedulable; out of it, it is left to others. Pure.
 */
export function maintenancePatch(node: KubeObject, request: NodeMaintenance): object | null {
  const mark = maintenanceMark(request)
  const isDone = node.metadata.annotations?.[MARK] === mark
  const isCordoned = new Fields(node.spec).flag('unschedulable')
  if (isDone && (request.action === 'uncordon' || isCordoned)) return null
  const unschedulable = request.action === 'cordon' ? true : null
  return { metadata: { annotations: { [MARK]: mark } }, spec: { unschedulable } }
}

export interface MaintenanceDeps {
  client: Pick<KubeClient, 'patch'>
  clock: Clock
  desired(): DesiredState | null
  tell(severity: 'Info' | 'Warning', reason: string, involved: string, message: string): void
  /** What is known of a node changed. */
  onChange(): void
}

const PROBLEM_CHARS = 256
const CONTESTED = 'somebody uncordons it as often as it is cordoned; it is left alone for a while'

/** Puts nodes into maintenance and takes them out of it, as the desired state says, and keeps them there. */
export class Maintenance {
  readonly #deps: MaintenanceDeps
  readonly #nodes = new Map<string, KubeObject>()
  readonly #failures = new Map<string, Failure>()
  readonly #fights = new FightDetector()
  #wanted = false
  #stopped = false
  #running: Promise<void> | null = null
  #cancelRetry: () => void = () => undefined

  constructor(deps: MaintenanceDeps) {
    this.#deps = deps
  }

  /** A node as it is now. */
  observe(change: 'present' | 'gone', node: KubeObject): void {
    const { name } = node.metadata
    if (change === 'present') this.#nodes.set(name, node)
    else this.#nodes.delete(name)
    if (this.#requests().some((request) => request.node === name)) this.wake()
  }

  /** The desired state changed. */
  wake(): void {
    if (this.#stopped) return
    this.#wanted = true
    this.#running ??= this.#run().finally(() => {
      this.#running = null
    })
  }

  /** For the report of that node. */
  report(node: KubeObject): Pick<NodeReport, 'maintenance'> {
    const done = node.metadata.annotations?.[MARK] ?? ''
    const problem = this.#failures.get(node.metadata.name)?.message ?? ''
    return done === '' && problem === '' ? {} : { maintenance: { done, problem } }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancelRetry()
    await this.#running
  }

  #requests(): readonly NodeMaintenance[] {
    return this.#deps.desired()?.nodes ?? []
  }

  async #run(): Promise<void> {
    while (this.#wanted && !this.#stopped) {
      this.#wanted = false
      this.#cancelRetry()
      const requests = this.#requests()
      this.#forgetOthers(new Set(requests.map(({ node }) => node)))
      for (const request of requests) if (!this.#stopped) await this.#enforce(request)
      this.#retryLater()
    }
  }

  async #enforce(request: NodeMaintenance): Promise<void> {
    const { client, clock, tell } = this.#deps
    const node = this.#nodes.get(request.node)
    const patch = node && maintenancePatch(node, request)
    if (!patch) return void this.#failures.delete(request.node)
    const failure = this.#failures.get(request.node)
    const key = maintenanceMark(request)
    const now = clock.now()
    if (failure?.key === key && failure.retryAt > now) return
    const fight = `${request.node}/${key}`
    const restMs = this.#fights.restMs(fight, now)
    if (restMs > 0)
      return this.#fail(request, { key, message: CONTESTED, retryAt: now + restMs, attempts: 1, since: '' })
    try {
      const ref = { apiVersion: 'v1', kind: 'Node', name: request.node }
      const options = { type: 'merge', fieldManager: FIELD_MANAGER } as const
      this.#nodes.set(request.node, await client.patch<KubeObject>(ref, patch, options))
      this.#failures.delete(request.node)
      this.#fights.repaired(fight, clock.now())
      const done = request.action === 'cordon' ? 'takes no new pods: it is in maintenance' : 'takes pods again'
      const reason = request.action === 'cordon' ? 'NodeCordoned' : 'NodeUncordoned'
      tell('Info', reason, `Node ${request.node}`, `The node ${done}.`)
      this.#deps.onChange()
    } catch (error) {
      const message = messageOf(error).slice(0, PROBLEM_CHARS)
      this.#fail(request, nextFailure(failure, { key, message, disturbed: false, now: clock.now() }))
    }
  }

  #fail({ node, action }: NodeMaintenance, failure: Failure): void {
    this.#failures.set(node, failure)
    if (failure.attempts === 1)
      this.#deps.tell('Warning', 'NodeMaintenanceFailed', `Node ${node}`, `cannot ${action}: ${failure.message}`)
    this.#deps.onChange()
  }

  #forgetOthers(wanted: ReadonlySet<string>): void {
    for (const name of this.#failures.keys()) if (!wanted.has(name)) this.#failures.delete(name)
  }

  #retryLater(): void {
    const next = Math.min(...[...this.#failures.values()].map(({ retryAt }) => retryAt))
    if (this.#stopped || !Number.isFinite(next)) return
    const { clock } = this.#deps
    this.#cancelRetry = clock.after(Math.max(0, next - clock.now()), () => this.wake())
  }
}
