import { describe, expect, it } from 'vitest'
import type { ClusterRecord } from './records.ts'
import { failedAttempt, planRun, served, viewUpgrade, wanting, whyGivenUp } from './upgrade.ts'

const NOW = Date.parse('2026-03-01T10:00:00.000Z')
const at = new Date(NOW).toISOString()
const record: ClusterRecord = {
  ...{ uid: 'u', tenant: 't', name: 'shop', apiPort: 1, createdAt: at, deleting: false, ordinals: {}, lastSlot: 0 },
  ...{ kubernetesVersion: '1.34.4', serves: '1.34.4', upgrade: null, renew: '' },
}
const all = (version: string) => ({ apiserver: version, clients: version, attempt: false })
const asked = wanting(record, '1.35.4', at)
const here = (): boolean => true

describe('the versions that a control plane runs', () => {
  it.each<[string, ClusterRecord, boolean, object]>([
    ['at first what is wanted', { ...record, serves: '' }, false, all('1.34.4')],
    ['in peace what it serves', record, true, all('1.34.4')],
    ['the old one while the new one is not on this machine', asked, false, all('1.34.4')],
    ['the new API server first', asked, true, { apiserver: '1.35.4', clients: '1.34.4', attempt: true }],
    ['then everything', served(asked, '1.35.4'), true, all('1.35.4')],
    ['the old one after an attempt that failed', failedAttempt(asked, 'no', NOW), true, all('1.34.4')],
    ['the old one when the change is taken back', wanting(asked, '1.34.4', at), true, all('1.34.4')],
  ])('%s', (_, now, isHere, plan) => {
    expect(planRun(now, () => isHere, NOW)).toEqual(plan)
  })

  it('are tried again later, each time after a longer pause', () => {
    let now = NOW
    let failed = asked
    const pauses: number[] = []
    for (let attempt = 0; attempt < 6; attempt += 1) {
      failed = failedAttempt(failed, 'no', now)
      const retryAt = Date.parse(failed.upgrade?.retryAt ?? '')
      pauses.push((retryAt - now) / 60_000)
      expect(planRun(failed, here, retryAt - 1).attempt).toBe(false)
      expect(planRun(failed, here, retryAt).attempt).toBe(true)
      now = retryAt
    }
    expect(pauses).toEqual([10, 20, 40, 80, 120, 120])
    expect(failed.upgrade).toMatchObject({ since: at, failures: 6 })
  })
})

describe('an attempt is given up', () => {
  it.each<[string, Parameters<typeof whyGivenUp>, string | null]>([
    ['not while the API server starts', [0, '', 89_000], null],
    ['not when it ended twice', [2, 'ended; bad', 5_000], null],
    ['when it ended three times', [3, 'ended; bad', 5_000], 'ended; bad'],
    ['when it runs and is never ready', [0, '', 91_000], 'it runs and is not ready after 91 s'],
    ['when it could not be started', [1, 'no such file', 91_000], 'no such file'],
  ])('%s', (_, input, why) => {
    expect(whyGivenUp(...input)).toBe(why)
  })
})

describe('what is told of an upgrade', () => {
  it('is nothing in peace, what it waits for on the way, and why it failed', () => {
    expect(viewUpgrade(record, '')).toBeNull()
    expect(viewUpgrade(served(asked, '1.35.4'), '')).toBeNull()
    const way = { to: '1.35.4', since: at, failure: '' }
    expect(viewUpgrade(asked, 'compiling 50 %')).toEqual({ ...way, message: 'compiling 50 %' })
    expect(viewUpgrade(asked, '')).toEqual({ ...way, message: 'the API server to serve Kubernetes 1.35.4' })
    expect(viewUpgrade(failedAttempt(asked, 'unknown flag', NOW), '')?.failure).toBe(
      'The API server of Kubernetes 1.35.4 did not come up (one attempt): unknown flag. 1.34.4 serves again; the next attempt comes at 2026-03-01T10:10:00.000Z.',
    )
  })
})
