import { describe, expect, it } from 'vitest'
import { followOutages, type Health, LONG_OUTAGE_MS, type Outages } from './outage.ts'
import type { ProcessName } from './processes.ts'

const up: Health = { etcd: true, apiserver: true }
const none: Outages = { etcd: null, apiserver: null }
const startedAt =
  (at: number | null) =>
  (_name: ProcessName): number | null =>
    at

describe('outages', () => {
  it('begin when something is first seen down, and end when it is up', () => {
    const first = followOutages(none, { ...up, etcd: false }, 1_000, startedAt(0))
    expect(first).toEqual({ outages: { etcd: 1_000, apiserver: null }, restart: [] })
    const still = followOutages(first.outages, { ...up, etcd: false }, 2_000, startedAt(0))
    expect(still.outages.etcd).toBe(1_000)
    expect(followOutages(still.outages, up, 3_000, startedAt(0))).toEqual({ outages: none, restart: [] })
  })

  it('that lasted long restart the clients of what was away', () => {
    const end = 1_000 + LONG_OUTAGE_MS + 1
    expect(followOutages({ ...none, etcd: 1_000 }, up, end, startedAt(0)).restart).toEqual(['kube-apiserver'])
    expect(followOutages({ ...none, apiserver: 1_000 }, up, end, startedAt(0)).restart).toEqual([
      'kube-controller-manager',
      'kube-scheduler',
      'kwok',
    ])
  })

  it('spare clients that started meanwhile or do not run', () => {
    const end = 1_000 + LONG_OUTAGE_MS + 1
    expect(followOutages({ ...none, apiserver: 1_000 }, up, end, startedAt(2_000)).restart).toEqual([])
    expect(followOutages({ ...none, apiserver: 1_000 }, up, end, startedAt(null)).restart).toEqual([])
  })
})
