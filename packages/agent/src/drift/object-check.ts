import type { DeviationReport } from '@atrium/api/link/protocol.ts'
import type { KubeClient } from '@atrium/kube/client.ts'
import { type Drift, findDrift } from '@atrium/kube/drift.ts'
import { isConflict, isInvalid, KubeError } from '@atrium/kube/errors.ts'
import { describeRef, type KubeObject, refOf } from '@atrium/kube/object.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { isTransient } from '../layers/declare.ts'
import type { DeclaredObject } from '../layers/records.ts'
import type { CheckResult } from './check-queue.ts'
import { contradictions } from './contradictions.ts'
import type { DeviationLog, Sighting } from './deviations.ts'
import type { FightDetector } from './fight.ts'
import type { Guarded } from './inventory-index.ts'
import type { PolicyAction } from './policy.ts'

export interface ObjectCheckDeps {
  client: KubeClient
  deviations: DeviationLog
  fights: FightDetector
  clock: Clock
  logger: Logger
  policy(layerId: string): PolicyAction
  /** After an object was put back; `object` is what the server stored. */
  onRepaired(key: string, object: KubeObject): void
}

const TERMINATING_RETRY_MS = 500
const DONE: CheckResult = { againAfterMs: 0 }

/** Compares one object with its declaration, and repairs or reports it. */
export async function checkObject(deps: ObjectCheckDeps, guarded: Guarded): Promise<CheckResult> {
  const { declared } = guarded
  const drift = await findDrift(deps.client, declared.object, { fieldManager: declared.manager })
  const isGone = drift.state === 'deleted' || drift.state === 'terminating'
  if (drift.state === 'same' || (isGone && isTransient(declared.object))) {
    deps.deviations.resolve(guarded.key, 'it is as declared again')
    return DONE
  }
  if (deps.policy(guarded.layerId) === 'alert') {
    deps.deviations.see(guarded.key, sighting(guarded, drift, 'alert', 'open', alertText(drift)))
    return DONE
  }
  if (drift.state === 'terminating') {
    deps.deviations.see(
      guarded.key,
      sighting(guarded, drift, 'heal', 'open', `${cause(drift)}; it is made again once it is gone`),
    )
    return { againAfterMs: TERMINATING_RETRY_MS }
  }
  return repair(deps, guarded, drift)
}

async function repair(deps: ObjectCheckDeps, guarded: Guarded, drift: Drift): Promise<CheckResult> {
  const now = deps.clock.now()
  const restMs = deps.fights.restMs(guarded.key, now)
  if (restMs > 0) {
    // As of the same moment: each look during a rest must tell the same end.
    const until = new Date(now + restMs).toISOString()
    const text = `contested: ${cause(drift)} again and again, left alone until ${until}; stop whoever changes it, take the field out of the layer, or set its policy to alert`
    const contestedBy = drift.state === 'changed' ? drift.changedBy : ''
    deps.deviations.see(guarded.key, { ...sighting(guarded, drift, 'heal', 'failed', text), contestedBy })
    return { againAfterMs: restMs }
  }
  const { object } = guarded.declared
  try {
    const toApply = drift.state === 'changed' ? drift.toApply : object
    const stored = await putBack(deps.client, { ...guarded.declared, object: toApply })
    deps.fights.repaired(guarded.key, deps.clock.now())
    deps.onRepaired(guarded.key, stored)
    deps.deviations.see(
      guarded.key,
      sighting(guarded, drift, 'heal', 'repaired', `${cause(drift)}; put back as declared`),
    )
    deps.logger.info({ object: describeRef(refOf(object)), layer: guarded.layerName }, 'repaired')
    return DONE
  } catch (error) {
    const invalid = isInvalid(error)
    const next = invalid ? 'it cannot be changed in place: delete it, and it is made again' : 'tried again soon'
    const text = `${cause(drift)}; putting it back failed: ${messageOf(error)}; ${next}`
    deps.deviations.see(guarded.key, sighting(guarded, drift, 'heal', invalid ? 'failed' : 'open', text))
    if (invalid) return DONE
    throw error
  }
}

/**
 * Forced apply. Entries that somebody else put into a list stay with it, as foreign fields do; only where they contradict
 * the declared ones, so that the server refuses both together, the declared ones take their place.
 */
async function putBack(client: KubeClient, declared: DeclaredObject): Promise<KubeObject> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await putBackOnce(client, declared)
    } catch (error) {
      // Somebody wrote between the reading and the replacing, its controller for example.
      if (!isConflict(error) || attempt >= ATTEMPTS) throw error
    }
  }
}

const ATTEMPTS = 5

async function putBackOnce(client: KubeClient, { object, manager }: DeclaredObject): Promise<KubeObject> {
  const apply = (): Promise<KubeObject> => client.apply(object, { fieldManager: manager, force: true })
  try {
    return await apply()
  } catch (refused) {
    if (!(refused instanceof KubeError) || refused.status !== 422) throw refused
    const live = await client.get(refOf(object))
    const replacements = contradictions(live, object, refused.causes)
    if (replacements.length === 0) throw refused
    // Answered with a conflict when it is another one by now; `test` would be answered like a refusal.
    const pinned = { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion }
    try {
      await client.patch(refOf(object), [pinned, ...replacements], { type: 'json', fieldManager: manager })
    } catch (error) {
      // The first refusal says what a person can act on.
      throw isInvalid(error) ? refused : error
    }
    return apply()
  }
}

function cause(drift: Drift): string {
  if (drift.state === 'terminating')
    return `being deleted${drift.heldBy.length > 0 ? `, held by ${drift.heldBy.join(', ')}` : ''}`
  if (drift.state !== 'changed') return 'deleted'
  return drift.changedBy === '' ? 'changed' : `changed by ${drift.changedBy}`
}

const alertText = (drift: Drift): string =>
  `${cause(drift)}; the policy of its layer is alert, so it is left as it is: put it back, change the profile, or set the policy to heal`

function sighting(
  guarded: Guarded,
  drift: Drift,
  action: DeviationReport['action'],
  state: DeviationReport['state'],
  message: string,
): Sighting {
  return {
    type: drift.state === 'changed' ? 'changed' : 'deleted',
    object: describeRef(refOf(guarded.declared.object)),
    layer: guarded.layerId,
    diff: drift.state === 'changed' ? drift.differences : [],
    action,
    state,
    message,
  }
}
