import type { UpgradeView } from './protocol.ts'
import type { ClusterRecord, UpgradeRecord } from './records.ts'

/** Which version each half of a control plane is to run now. */
export interface RunPlan {
  apiserver: string
  /** Controller manager and scheduler: never newer than the API server. */
  clients: string
  /** The API server is to become the new version, and has not been ready as that yet. */
  attempt: boolean
}

/** A new API server that is not ready in this time has failed; on a busy machine a start takes 20 s. */
const ATTEMPT_LIMIT_MS = 90_000
/** One that ended so often will not come up. */
const ATTEMPT_STARTS = 3
/** Each attempt takes the API server away for up to a minute and a half: not often. */
const FIRST_PAUSE_MS = 600_000
const LONGEST_PAUSE_MS = 7_200_000

type Versions = Pick<ClusterRecord, 'kubernetesVersion' | 'serves' | 'upgrade'>

/** The API server goes first; what depends on it follows once that serves. An attempt that failed is tried again later. */
export const planRun = (record: Versions, isHere: (version: string) => boolean, now: number): RunPlan => {
  const { kubernetesVersion: wanted, serves, upgrade } = record
  const all = (version: string): RunPlan => ({ apiserver: version, clients: version, attempt: false })
  if (serves === '' || serves === wanted) return all(wanted)
  if (!isHere(wanted) || now < Date.parse(upgrade?.retryAt || '1970-01-01')) return all(serves)
  return { apiserver: wanted, clients: serves, attempt: true }
}

/**
 * Why an attempt is given up; null while it may still come to something. `ends` counts how often in a row the new API server
 * ended soon after its start, `words` are its last ones.
 */
export const whyGivenUp = (ends: number, words: string, lastedMs: number): string | null => {
  if (ends >= ATTEMPT_STARTS) return words
  if (lastedMs < ATTEMPT_LIMIT_MS) return null
  return words || `it runs and is not ready after ${Math.round(lastedMs / 1000)} s`
}

/** The record of a cluster whose control plane serves `version`. */
export const served = (record: ClusterRecord, version: string): ClusterRecord => ({
  ...record,
  serves: version,
  upgrade: version === record.kubernetesVersion ? null : record.upgrade,
})

/** The record of a cluster that is to serve another version. */
export const wanting = (record: ClusterRecord, version: string, now: string): ClusterRecord => {
  const isWay = record.serves !== '' && record.serves !== version
  const upgrade: UpgradeRecord = { since: now, failures: 0, failure: '', retryAt: '' }
  return { ...record, kubernetesVersion: version, upgrade: isWay ? upgrade : null }
}

/** The record after an attempt that failed for this reason: the former version serves until the next one. */
export const failedAttempt = (record: ClusterRecord, failure: string, now: number): ClusterRecord => {
  const before = record.upgrade ?? { since: new Date(now).toISOString(), failures: 0 }
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** before.failures, LONGEST_PAUSE_MS)
  const upgrade = { ...before, failures: before.failures + 1, failure, retryAt: new Date(now + pauseMs).toISOString() }
  return { ...record, upgrade }
}

/** What is told of an upgrade; null while none is under way. `waitingFor` is about the programs of the new version. */
export const viewUpgrade = (record: Versions, waitingFor: string): UpgradeView | null => {
  const { kubernetesVersion: to, serves, upgrade } = record
  if (upgrade === null || serves === '' || serves === to) return null
  const { since, failures, failure, retryAt } = upgrade
  const attempts = failures === 1 ? 'one attempt' : `${failures} attempts`
  const told =
    failure === ''
      ? ''
      : `The API server of Kubernetes ${to} did not come up (${attempts}): ${failure}. ${serves} serves again; the next attempt comes at ${retryAt}.`
  return { to, since, message: waitingFor || `the API server to serve Kubernetes ${to}`, failure: told }
}
