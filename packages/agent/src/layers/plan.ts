import type { DesiredLayer } from '@atrium/api/link/desired-state.ts'
import type { LayerReport } from '@atrium/api/link/protocol.ts'
import type { Failure } from './backoff.ts'
import { isInstalled, type LayerRecord, layerKey } from './records.ts'

/** What was last observed of an installed layer. */
export interface LayerHealth {
  ready: boolean
  /** What is missing and what comes next. */
  message: string
  /** RFC 3339: since when it has been in this state. */
  since: string
}

/** Everything known about one layer. */
export interface LayerView {
  layer: DesiredLayer
  record: LayerRecord | undefined
  failure: Failure | undefined
  /** Absent until it was observed once after the newest installation. */
  health: LayerHealth | undefined
  /** It is being installed at this moment. */
  installing: boolean
}

/** What to do with a layer now. */
export type LayerStep =
  | { do: 'nothing' }
  | { do: 'install' }
  | { do: 'wait'; for: string[] }
  | { do: 'retry-later'; at: number }

const kindRank: Record<DesiredLayer['kind'], number> = { os: 0, k8s: 1, cni: 2, csi: 3, addon: 4 }
const rankOf = (layer: DesiredLayer): [number, number] => [kindRank[layer.kind], layer.priority]
const comesBefore = (a: DesiredLayer, b: DesiredLayer): boolean => {
  const [kindA, priorityA] = rankOf(a)
  const [kindB, priorityB] = rankOf(b)
  return kindA === kindB ? priorityA < priorityB : kindA < kindB
}

const isInPlace = (view: LayerView): boolean => isInstalled(view.record, layerKey(view.layer))
const isReady = (view: LayerView): boolean => isInPlace(view) && view.health?.ready === true

/**
 * Decides for each layer, in the given order. A layer waits until every layer of an earlier stage (kind, then
 * priority) is ready; layers of one stage go one after another but do not wait for each other's readiness, so one that
 * fails holds up nothing but later stages. An installed layer whose content did not change is never touched. Pure.
 */
export function planLayers(views: readonly LayerView[], now: number): LayerStep[] {
  const unready = views.filter((view) => !isReady(view))
  return views.map((view) => {
    if (isInPlace(view)) return { do: 'nothing' }
    const waitsFor = unready.filter((other) => comesBefore(other.layer, view.layer))
    if (waitsFor.length > 0) return { do: 'wait', for: waitsFor.map((other) => other.layer.name) }
    const { failure } = view
    if (failure && failure.key === layerKey(view.layer) && failure.retryAt > now)
      return { do: 'retry-later', at: failure.retryAt }
    return { do: 'install' }
  })
}

/**
 * Names of layers whose installation has not begun: they wait, or their content cannot be had. A layer of that name that
 * is no longer wanted stays until then: it may be the same one under another profile, which goes on with what is there
 * instead of making it anew. Pure.
 */
export const awaitedNames = (views: readonly LayerView[]): Set<string> =>
  new Set(views.flatMap((view) => (isInPlace(view) || isBegun(view) ? [] : [view.layer.name])))

/** Which layer that is no longer wanted goes next, of those in the order of their installation: the last first. Pure. */
export const nextRemoval = (
  unwanted: readonly LayerRecord[],
  awaited: ReadonlySet<string>,
  isDue: (record: LayerRecord) => boolean = () => true,
): LayerRecord | undefined => unwanted.filter((record) => !awaited.has(record.name)).findLast(isDue)

const isBegun = ({ record, layer }: LayerView): boolean => record?.attempted === layerKey(layer)

/** 200 layers and 5,000 nodes fit into one message of the link (1 MiB). */
const LIMIT = 1_000
const NAMES = 5

/** What people see of a layer. Pure. */
export function reportLayer(view: LayerView, step: LayerStep): LayerReport {
  const { layer, record } = view
  const [state, message] = stateOf(view, step)
  return {
    id: layer.id,
    state,
    message: withEnd(message),
    startedAt: record?.startedAt ?? null,
    finishedAt: state === 'Ready' ? (view.health?.since ?? null) : null,
    installedDigest: record?.valuesDigest ?? null,
  }
}

/** Of a message that is too long the end stays: since when, and how often it was tried. */
const withEnd = (message: string, end = ''): string => message.slice(0, LIMIT - end.length) + end

function stateOf(view: LayerView, step: LayerStep): [LayerReport['state'], string] {
  const { health, failure, record } = view
  const isUpdate = (record?.key ?? '') !== ''
  if (view.installing) return ['ReadyForInstall', isUpdate ? 'being updated' : 'being installed']
  switch (step.do) {
    case 'wait': {
      const names = step.for.slice(0, NAMES).join(', ') + (step.for.length > NAMES ? '…' : '')
      return ['WaitingForOtherLayers', `waits until ${names} ${step.for.length > 1 ? 'are' : 'is'} ready`]
    }
    case 'retry-later': {
      const { message, attempts, since, retryAt } = failure ?? { message: '', attempts: 0, since: '', retryAt: 0 }
      const tries = attempts === 1 ? 'once' : `${attempts} times since ${since}`
      const next = `tried ${tries}, next try ${new Date(retryAt).toISOString()}`
      return ['Error', withEnd(message, `; ${next}`)]
    }
    case 'install':
      return ['ReadyForInstall', isUpdate ? 'next to be updated' : 'next to be installed']
    case 'nothing':
      if (!health) return ['Installed', 'its objects are being looked at']
      return health.ready
        ? ['Ready', health.message]
        : ['Installed', withEnd(health.message, `; since ${health.since}`)]
  }
}
