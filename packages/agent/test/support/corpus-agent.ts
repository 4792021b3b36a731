import type { DeviationReport } from '@atrium/api/link/protocol.ts'
import type { KubeClient } from '@atrium/kube/client.ts'
import { keyOf, refOf } from '@atrium/kube/object.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { DeviationLog } from '../../src/drift/deviations.ts'
import { FightDetector } from '../../src/drift/fight.ts'
import { checkObject } from '../../src/drift/object-check.ts'
import type { DeclaredObject } from '../../src/layers/records.ts'
import { memoryStore } from '../../src/testing/memory-store.ts'

type Policy = 'heal' | 'alert'

/** Asks an agent that knows nothing of the object's past. */
export const askAgent = (client: KubeClient, declared: DeclaredObject, policy: Policy) =>
  new FightingAgent(client, declared, policy).look()

const ROUND_MS = 1_000
const REST_MS = 5 * 60_000

/** An agent that remembers what it repaired; a second passes for it each time it looks. */
export class FightingAgent {
  readonly #client: KubeClient
  readonly #declared: DeclaredObject
  readonly #policy: Policy
  readonly #fights = new FightDetector()
  readonly #clock = new ManualClock()

  constructor(client: KubeClient, declared: DeclaredObject, policy: Policy = 'heal') {
    this.#client = client
    this.#declared = declared
    this.#policy = policy
  }

  /** What it says of the object now; undefined when it says nothing. */
  async look(): Promise<DeviationReport | undefined> {
    const told: DeviationReport[] = []
    const shared = { clock: this.#clock, logger: silentLogger }
    const send = (items: DeviationReport[]): void => void told.push(...items)
    const deviations = await DeviationLog.open({ store: memoryStore(), send, redact: (text) => text, ...shared })
    const guarded = {
      key: keyOf(refOf(this.#declared.object)),
      layerId: 'p/l',
      layerName: 'l',
      declared: this.#declared,
    }
    const policy = (): Policy => this.#policy
    const deps = { client: this.#client, deviations, fights: this.#fights, ...shared, policy, onRepaired: () => {} }
    await checkObject(deps, guarded)
    await deviations.flush()
    await this.#clock.advance(ROUND_MS)
    return told.at(-1)
  }

  rest(): Promise<void> {
    return this.#clock.advance(REST_MS)
  }
}
