import type { DesiredLayer } from '@atrium/api/link/desired-state.ts'
import { expect, test } from 'vitest'
import { nextFailure, retryDelayMs } from './backoff.ts'
import { awaitedNames, type LayerView, planLayers, reportLayer } from './plan.ts'
import { layerKey, newRecord } from './records.ts'

const digest = `sha256:${'0'.repeat(64)}`
const layer = (name: string, more: Partial<DesiredLayer> = {}): DesiredLayer => ({
  id: `p/${name}`,
  name,
  profileUid: 'u',
  packUid: 'u',
  version: '1',
  kind: 'addon',
  priority: 0,
  valuesDigest: digest,
  manifests: [],
  namespace: 'default',
  ...more,
})
type State = 'absent' | 'ready' | 'unready' | 'unseen' | 'outdated' | 'interrupted'
function view(subject: DesiredLayer, state: State, more: Partial<LayerView> = {}): LayerView {
  const key = state === 'outdated' ? 'former' : layerKey(subject)
  const attempted = state === 'interrupted' ? key : null
  const record = state === 'absent' ? undefined : { ...newRecord(subject, 0), key, attempted }
  const health =
    state === 'ready' || state === 'unready' || state === 'outdated'
      ? { ready: state !== 'unready', message: state, since: '2026-01-01T00:00:00Z' }
      : undefined
  return { layer: subject, record, failure: undefined, health, installing: false, ...more }
}
const dos = (...views: LayerView[]): string[] => planLayers(views, 1_000).map((step) => step.do)

test('stages are kinds in their order, then priorities; a stage waits until all earlier ones are ready', () => {
  const cni = layer('cni', { kind: 'cni' })
  const first = layer('first', { priority: -1 })
  const second = layer('second', { priority: 5 })
  expect(dos(view(cni, 'absent'), view(first, 'absent'), view(second, 'absent'))).toEqual(['install', 'wait', 'wait'])
  expect(dos(view(cni, 'unready'), view(first, 'absent'), view(second, 'absent'))).toEqual(['nothing', 'wait', 'wait'])
  expect(dos(view(cni, 'ready'), view(first, 'absent'), view(second, 'absent'))).toEqual(['nothing', 'install', 'wait'])
  expect(dos(view(cni, 'ready'), view(first, 'ready'), view(second, 'absent'))).toEqual([
    'nothing',
    'nothing',
    'install',
  ])
})

test('layers of one stage do not wait for each other', () => {
  const failure = { key: layerKey(layer('a')), message: 'no', attempts: 1, retryAt: 2_000, since: 's' }
  expect(dos(view(layer('a'), 'absent', { failure }), view(layer('b'), 'absent'))).toEqual(['retry-later', 'install'])
  expect(dos(view(layer('a'), 'unready'), view(layer('b'), 'absent'))).toEqual(['nothing', 'install'])
})

test('what is called like a layer that has not begun is awaited; what is in place, or has begun, needs no one to stay', () => {
  const failure = { key: layerKey(layer('failing')), message: 'no', attempts: 1, retryAt: 2_000, since: 's' }
  const views = [
    view(layer('first'), 'unready'),
    view(layer('failing'), 'absent', { failure }),
    view(layer('begun'), 'interrupted'),
    view(layer('late', { priority: 1 }), 'absent'),
  ]
  expect([...awaitedNames(views)]).toEqual(['failing', 'late'])
})

test('what did not change is left alone; what was begun or changed is installed', () => {
  expect(dos(view(layer('a'), 'unready'))).toEqual(['nothing'])
  expect(dos(view(layer('a'), 'outdated'))).toEqual(['install'])
  expect(dos(view(layer('a'), 'interrupted'))).toEqual(['install'])
})

test('a failure of other content does not delay the new one', () => {
  const failure = { key: 'former', message: 'no', attempts: 9, retryAt: 9_000, since: 's' }
  expect(dos(view(layer('a'), 'absent', { failure }))).toEqual(['install'])
})

test('each state says what it waits for', () => {
  const report = (subject: LayerView, others: LayerView[] = []) => {
    const [step = { do: 'nothing' as const }] = planLayers([subject, ...others], 1_000)
    const { state, message } = reportLayer(subject, step)
    return [state, message]
  }
  const cni = view(layer('net', { kind: 'cni' }), 'unready')
  expect(report(view(layer('a'), 'absent'), [cni])).toEqual(['WaitingForOtherLayers', 'waits until net is ready'])
  expect(report(view(layer('a'), 'absent', { installing: true }))).toEqual(['ReadyForInstall', 'being installed'])
  expect(report(view(layer('a'), 'outdated', { installing: true }))).toEqual(['ReadyForInstall', 'being updated'])
  expect(report(view(layer('a'), 'unready'))).toEqual(['Installed', 'unready; since 2026-01-01T00:00:00Z'])
  expect(report(view(layer('a'), 'ready'))).toEqual(['Ready', 'ready'])
  const failure = { key: layerKey(layer('a')), message: 'no', attempts: 3, retryAt: 2_000, since: 'T' }
  expect(report(view(layer('a'), 'absent', { failure }))).toEqual([
    'Error',
    'no; tried 3 times since T, next try 1970-01-01T00:00:02.000Z',
  ])
  // What is cut of a long message is not since when, nor how often it was tried.
  const long = { ready: false, message: 'x'.repeat(5_000), since: '2026-01-01T00:00:00Z' }
  expect(report(view(layer('a'), 'unready', { health: long }))[1]).toMatch(/^x{900,}; since 2026-01-01T00:00:00Z$/)
  const tried = view(layer('a'), 'absent', { failure: { ...failure, message: long.message } })
  expect(report(tried)[1]).toMatch(/^x{900,}; tried 3 times since T, next try 1970-01-01T00:00:02.000Z$/)
  expect(report(tried)[1]).toHaveLength(1_000)
})

test('retries slow down, and those that disturb a serving release slow down more', () => {
  expect([1, 2, 3, 20].map((n) => retryDelayMs(n, false))).toEqual([2_000, 4_000, 8_000, 300_000])
  expect([1, 2, 3, 20].map((n) => retryDelayMs(n, true))).toEqual([30_000, 120_000, 480_000, 3_600_000])
  const first = nextFailure(undefined, { key: 'a', message: 'x', disturbed: false, now: 0 })
  expect(nextFailure(first, { key: 'a', message: 'y', disturbed: false, now: 10 })).toMatchObject({
    attempts: 2,
    since: first.since,
    message: 'y',
  })
  expect(nextFailure(first, { key: 'b', message: 'y', disturbed: false, now: 10 }).attempts).toBe(1)
})
