import type { DesiredInfrastructure, ObservedInfrastructure } from '@atrium/provider-contract/provider.ts'
import { type UpgradeProgress, upgradeProgress } from '@atrium/provider-contract/upgrade.ts'
import type { OperationsOutcome } from './operations.ts'
import type { Scope } from './scope.ts'

/** Keeps in the status which upgrade of Kubernetes is under way and since when; tells each step of it as an event. */
export function followUpgrade(scope: Scope, desired: DesiredInfrastructure, observed: ObservedInfrastructure): void {
  const known = scope.cluster.status.upgrade
  const progress = upgradeProgress(desired, observed)
  if (!progress) {
    if (!known) return
    scope.patch.upgrade = null
    const serves = observed.kubernetesVersion
    const message = `Kubernetes ${known.from} → ${known.to}: ${serves === known.to ? 'all machines run it' : `given up, ${serves} serves`}.`
    return scope.event(`upgrade:${known.to}:${known.since}:end`, 'Info', 'KubernetesUpgradeEnded', message)
  }
  const { from, to, now: step } = progress
  const isKnown = known?.to === to
  const since = isKnown ? known.since : scope.nowIso
  scope.patch.upgrade = { from: isKnown ? known.from : from, to, since, step }
  if (!isKnown || known.step !== step)
    scope.event(`upgrade:${to}:${since}:${step}`, 'Info', 'KubernetesUpgrading', `${words(scope, progress)}.`)
}

const words = (scope: Scope, { from, to, now }: UpgradeProgress): string =>
  `Upgrading Kubernetes ${scope.patch.upgrade?.from ?? from} → ${to}: ${now}`

/** Condition InfrastructureReady while an upgrade is under way: what happens, since when, what it waits for, what is next. */
export function sayUpgrade(
  scope: Scope,
  desired: DesiredInfrastructure,
  observed: ObservedInfrastructure,
  outcome: OperationsOutcome,
): void {
  const progress = upgradeProgress(desired, observed)
  if (!progress) return
  scope.lookAgainIn(scope.deps.timing.busyMs)
  const waitingFor = outcome.outcome === 'working' ? outcome.waitingFor : progress.waitingFor
  const waits = waitingFor === '' ? '' : `; waiting for ${waitingFor}`
  const since = scope.patch.upgrade?.since ?? scope.nowIso
  const next = progress.next === '' ? 'the upgrade ends' : progress.next
  scope.say('KubernetesUpgrading', `${words(scope, progress)} (since ${since})${waits}. Next: ${next}.`)
}
