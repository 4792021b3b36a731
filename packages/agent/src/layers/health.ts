import type { KubeClient } from '@atrium/kube/client.ts'
import { describeRef, isRecord, type KubeObject, keyOf, refOf } from '@atrium/kube/object.ts'
import { hasReadiness, podTrouble, readiness } from '@atrium/kube/readiness.ts'
import { Fields } from '@atrium/kube/readiness-rule.ts'
import type { ReadinessCheck } from '@atrium/pack/format/readiness.ts'
import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { isTransient } from './declare.ts'
import type { LayerHealth } from './plan.ts'
import { enforcedUnits, type LayerRecord } from './records.ts'

/** What is missing of a layer; empty when everything is ready. */
async function missingOf(client: KubeClient, record: LayerRecord, signal: AbortSignal): Promise<string[]> {
  const missing: string[] = []
  for (const { object } of enforcedUnits(record).flatMap((unit) => unit.objects)) {
    if (!hasReadiness(object)) continue
    const live = await client.find(refOf(object), signal)
    const name = describeRef(refOf(object))
    if (!live) {
      if (!isTransient(object)) missing.push(`${name} does not exist; it is made again unless the policy is alert`)
      continue
    }
    const judged = readiness(live)
    if (!judged.ready)
      missing.push(`${name}: ${judged.message}; ${judged.next}${await podsExplain(client, live, signal)}`)
  }
  for (const check of record.readinessChecks) missing.push(...(await unmet(client, check, signal)))
  return missing
}

/** Why the pods of a workload do not come up, from the first that says so. */
async function podsExplain(client: KubeClient, workload: KubeObject, signal: AbortSignal): Promise<string> {
  const spec = isRecord(workload.spec) ? workload.spec : {}
  const labels = isRecord(spec.selector) && isRecord(spec.selector.matchLabels) ? spec.selector.matchLabels : null
  if (!labels || !workload.metadata.namespace) return ''
  const { items } = await client.listPage(
    {
      apiVersion: 'v1',
      kind: 'Pod',
      namespace: workload.metadata.namespace,
      labelSelector: Object.entries(labels)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(','),
      signal,
    },
    '',
    20,
  )
  for (const pod of items) {
    const trouble = podTrouble(new Fields(pod.status)) || (readiness(pod).ready ? '' : readiness(pod).message)
    if (trouble) return ` (pod ${pod.metadata.name}: ${trouble})`
  }
  return items.length === 0 ? ' (it has no pods yet)' : ''
}

async function unmet(client: KubeClient, check: ReadinessCheck, signal: AbortSignal): Promise<string[]> {
  const { group, version, kind, name, namespace } = check
  const ref = { apiVersion: group ? `${group}/${version}` : version, kind, namespace, name }
  const live = await client.find(ref, signal)
  if (!live) return [`${describeRef(ref)} does not exist yet; the layer's own check waits for it`]
  return check.keys.flatMap(({ path, expected }) => {
    const value = valueAt(live, path)
    return value === expected
      ? []
      : [`${describeRef(ref)}: ${path} is ${value === '' ? 'not set' : value}, waits for ${expected}`]
  })
}

/** Text of the value at a dotted path, e.g. `status.conditions.0.status`; empty when there is none. */
function valueAt(object: unknown, path: string): string {
  const parts = path
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
    .filter((part) => part !== '')
  let value = object
  for (const part of parts) {
    if (Array.isArray(value)) value = value[Number(part)]
    else if (isRecord(value)) value = value[part]
    else return ''
  }
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const SHOWN = 3
/** For all of a layer: each request may take half a minute, and a layer has hundreds of objects. */
const LOOK_MS = 20_000

/** Remembers how each installed layer fares. */
export class HealthBoard {
  readonly #client: KubeClient
  readonly #clock: Clock
  readonly #seen = new Map<string, { key: string; health: LayerHealth }>()

  constructor(client: KubeClient, clock: Clock) {
    this.#client = client
    this.#clock = clock
  }

  /** Absent when the layer was not looked at since its content changed. */
  get(record: LayerRecord | undefined): LayerHealth | undefined {
    const seen = record && this.#seen.get(record.id)
    return seen && seen.key === record.key ? seen.health : undefined
  }

  forget(layerId: string): void {
    this.#seen.delete(layerId)
  }

  /** Looks at the layer's objects; true when the verdict or its message changed. `signal` ends it, with whatever it says then. */
  async refresh(record: LayerRecord, signal: AbortSignal): Promise<boolean> {
    const former = this.get(record)
    const health = await this.#look(record, former, signal)
    this.#seen.set(record.id, { key: record.key, health })
    return former?.ready !== health.ready || former.message !== health.message
  }

  async #look(record: LayerRecord, former: LayerHealth | undefined, signal: AbortSignal): Promise<LayerHealth> {
    const late = new AbortController()
    const cancel = this.#clock.after(LOOK_MS, () => late.abort())
    const why = (error: unknown): string =>
      late.signal.aborted ? `the API server did not answer within ${LOOK_MS / 1000} s` : messageOf(error)
    const missing = await missingOf(this.#client, record, AbortSignal.any([signal, late.signal]))
      .catch((error) => [`cannot be observed: ${why(error)}`])
      .finally(cancel)
    const more = missing.length > SHOWN ? ` and ${missing.length - SHOWN} more` : ''
    const ready = missing.length === 0
    return {
      ready,
      message: ready ? `all ${objectCount(record)} objects are as declared` : missing.slice(0, SHOWN).join('; ') + more,
      since: former?.ready === ready ? former.since : isoNow(this.#clock),
    }
  }
}

const objectCount = (record: LayerRecord): number =>
  new Set(record.units.flatMap((unit) => unit.objects.map((one) => keyOf(refOf(one.object))))).size
