import assert from 'node:assert/strict'
import {
  type AccountAccess,
  type ClusterIdentity,
  type DesiredInfrastructure,
  type DesiredPool,
  type Journal,
  type ObservedInfrastructure,
  type Operation,
  type Provider,
  ProviderError,
} from '../provider.ts'

/** What a provider hands to the suite. */
export interface ContractHarness {
  provider: Provider
  account: AccountAccess
  /** Identity of a cluster that does not exist yet. */
  newIdentity(): ClusterIdentity
  /** Versions the cloud offers; with two of them, changing the version is checked as well. */
  kubernetesVersions: [string, ...string[]]
  /** Lets the cloud work for about this long. */
  wait(ms: number): Promise<void>
  /** Names of the machines that exist, by the cloud's own account and not by `observe`. Null = no cluster. */
  machinesInCloud(identity: ClusterIdentity): Promise<string[] | null>
  /** What a person does in the cloud's console. */
  stopMachine(identity: ClusterIdentity, name: string): Promise<void>
  terminateMachine(identity: ClusterIdentity, name: string): Promise<void>
  /** Faults the cloud can play; cases that need a missing one are left out. */
  faults: {
    /** The next calls take effect, but their replies are lost. */
    loseReplies?(calls: number): void
    /** The next calls are refused without effect. */
    throttle?(calls: number): void
    /** Observations are this old from now on; 0 = fresh again. */
    delayVisibility?(ms: number): void
    /** The next machines that are asked for are refused: there is no quota. */
    exhaustQuota?(calls: number): void
    /** From now on what is deleted takes this long to go. */
    slowDeletes?(ms: number): void
    /** The next call of this step ends in `SimulatedCrash`, before or after its effect. */
    crashAt?(step: 'create' | 'delete', when: 'before' | 'after'): void
  }
  /** Creating a control plane takes seconds: cases share one cluster, and only two of them make their own. */
  isSlow: boolean
}

/** The worker of a controller died here. */
export class SimulatedCrash extends Error {
  override readonly name = 'SimulatedCrash'
}

/** Counts the points where a crash may come, and crashes at the chosen one. */
export class CrashPoints {
  #left: number
  passed = 0
  constructor(crashAt = Number.POSITIVE_INFINITY) {
    this.#left = crashAt
  }
  pass(): void {
    this.passed += 1
    this.#left -= 1
    if (this.#left === 0) throw new SimulatedCrash()
  }
}

/** A journal that outlives crashes, as the controller's does. */
class MemoryJournal implements Journal {
  readonly #entries = new Map<string, Record<string, unknown> | null>()
  crashes = new CrashPoints()

  async begin(key: string): Promise<{ result: Record<string, unknown> | null }> {
    const result = this.#entries.get(key) ?? null
    this.#entries.set(key, result)
    this.crashes.pass()
    return { result }
  }

  async complete(key: string, result: Record<string, unknown>): Promise<void> {
    this.crashes.pass()
    this.#entries.set(key, result)
    this.crashes.pass()
  }
}

const ROUNDS = 600
const ROUND_MS = 100
/** Operations of one kind may have to wait for the cloud; nobody needs more rounds than this without progress. */
const isRetry = (error: unknown): boolean => error instanceof ProviderError && error.reaction !== 'user'

/** A controller in its simplest form: observe, plan, apply, again. */
export class Driver {
  readonly harness: ContractHarness
  readonly identity: ClusterIdentity
  journal = new MemoryJournal()
  /** What was applied, in order. */
  readonly applied: Operation[] = []

  constructor(harness: ContractHarness, identity: ClusterIdentity) {
    this.harness = harness
    this.identity = identity
  }

  observe(): Promise<ObservedInfrastructure> {
    return this.harness.provider.observe(this.identity, this.harness.account)
  }

  async apply(operation: Operation): Promise<'done' | 'working'> {
    this.journal.crashes.pass()
    const { provider, account } = this.harness
    const result = await provider.apply(operation, this.identity, account, this.journal)
    this.journal.crashes.pass()
    this.applied.push(operation)
    return result.outcome
  }

  /** Until it is as desired: nothing to plan, the control plane answers and `isSettled` holds. */
  async converge(
    desired: DesiredInfrastructure,
    isSettled: (observed: ObservedInfrastructure) => boolean = everyMachineRuns,
    onObserved: (observed: ObservedInfrastructure) => void = () => undefined,
  ): Promise<ObservedInfrastructure> {
    const done = (observed: ObservedInfrastructure, plan: Operation[]): boolean =>
      plan.length === 0 && observed.controlPlaneReady && isSettled(observed)
    return this.#drive((observed) => this.harness.provider.plan(desired, observed), done, onObserved)
  }

  async remove(): Promise<ObservedInfrastructure> {
    const plan = (observed: ObservedInfrastructure): Operation[] =>
      this.harness.provider.planDeletion(this.identity, observed)
    return this.#drive(plan, (observed, steps) => steps.length === 0 && !observed.exists)
  }

  async #drive(
    planOf: (observed: ObservedInfrastructure) => Operation[],
    done: (observed: ObservedInfrastructure, plan: Operation[]) => boolean,
    onObserved: (observed: ObservedInfrastructure) => void = () => undefined,
  ): Promise<ObservedInfrastructure> {
    let plan: Operation[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      try {
        const observed = await this.observe()
        onObserved(observed)
        plan = planOf(frozen(observed))
        if (done(observed, plan)) return observed
        for (const operation of plan) if ((await this.apply(operation)) === 'working') break
      } catch (error) {
        if (!isRetry(error)) throw error
      }
      await this.harness.wait(ROUND_MS)
    }
    return assert.fail(`not reached; still planned: ${plan.map((operation) => operation.key).join(', ') || 'nothing'}`)
  }
}

const everyMachineRuns = (observed: ObservedInfrastructure): boolean =>
  observed.machines.every((machine) => machine.state === 'Running')

/** A plan that changed its input would be no pure function. */
const frozen = <T>(value: T): T => {
  const copy = structuredClone(value)
  const freeze = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return
    Object.values(part).forEach(freeze)
    Object.freeze(part)
  }
  freeze(copy)
  return copy
}

export const desiredOf = (
  harness: ContractHarness,
  identity: ClusterIdentity,
  workers: number,
  more: { pool?: Partial<DesiredPool>; infrastructure?: Partial<DesiredInfrastructure> } = {},
): DesiredInfrastructure => {
  const [kubernetesVersion] = harness.kubernetesVersions
  const pool = { useControlPlaneAsWorker: false, labels: {}, taints: [], kubernetesVersion: '' }
  return {
    identity,
    kubernetesVersion,
    cloudConfig: {},
    pools: [
      { ...pool, name: 'control', isControlPlane: true, size: 1 },
      { ...pool, name: 'worker', isControlPlane: false, size: workers, ...more.pool },
    ],
    policy: { drift: 'heal', nodes: 'heal' },
    replace: [],
    ...more.infrastructure,
  }
}

/** Machines that serve: not leaving, not lost. */
export const present = (observed: ObservedInfrastructure, pool = 'worker'): string[] =>
  observed.machines
    .filter((machine) => machine.pool === pool && machine.state !== 'Deleting' && machine.state !== 'Deleted')
    .map((machine) => machine.name)
    .sort()
