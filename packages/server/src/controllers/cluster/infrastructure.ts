import type { ObservedInfrastructure } from '@atrium/provider-contract/provider.ts'
import { desiredInfrastructure } from '../../content/plan-machines.ts'
import { readMachines, reconcileMachines } from '../machine/reconcile.ts'
import { failure, PhaseFailure } from './failure.ts'
import { type OperationsOutcome, observe, runOperations } from './operations.ts'
import type { Cloud, Scope } from './scope.ts'
import { followUpgrade, sayUpgrade } from './upgrade.ts'

/** The provider and the opened account of the cluster. */
export function openCloud(scope: Scope): Cloud {
  const { cloudType } = scope.cluster.spec
  const provider = scope.deps.providers.get(cloudType)
  if (!provider) throw new PhaseFailure(failure('ProviderMissing', `There is no provider for cloud type ${cloudType}.`))
  const account = scope.surroundings.account()
  const identity = { tenant: scope.tenant, uid: scope.uid, name: scope.cluster.meta.name }
  scope.cloud = { provider, account, identity }
  return scope.cloud
}

/** Makes the cloud hold what is declared, one operation after the other. */
export async function reconcileInfrastructure(scope: Scope): Promise<void> {
  const cloud = openCloud(scope)
  const observed = await observe(scope, cloud)
  if (!scope.profileResolved && !observed.exists)
    return scope.say('WaitingForProfile', 'Nothing is created before the profile is resolved.')
  const replace = await reconcileMachines(scope, observed, scope.surroundings.machines)
  // Without a profile that resolves, what runs is kept as it is.
  const version = scope.profileResolved ? scope.kubernetesVersion : observed.kubernetesVersion
  const desired = desiredInfrastructure(scope.cluster, version, replace)
  followUpgrade(scope, desired, observed)
  const outcome = await runOperations(scope, cloud, cloud.provider.plan(desired, observed))
  const now = outcome.outcome === 'progressed' ? await lookAgain(scope, cloud, version) : { outcome, observed }
  sayInfrastructure(scope, now.outcome)
  if (now.outcome.outcome !== 'superseded') sayUpgrade(scope, desired, now.observed, now.outcome)
}

/** After operations were carried out: mostly the cloud shows at once that nothing is left to do. An upgrade is followed step by step. */
async function lookAgain(
  scope: Scope,
  cloud: Cloud,
  version: string,
): Promise<{ outcome: OperationsOutcome; observed: ObservedInfrastructure }> {
  const observed = await observe(scope, cloud)
  const replace = await reconcileMachines(scope, observed, await readMachines(scope))
  const left = cloud.provider.plan(desiredInfrastructure(scope.cluster, version, replace), observed)
  const isDone = left.length === 0 && !scope.patch.upgrade
  return { outcome: { outcome: isDone ? 'done' : 'progressed' }, observed }
}

function sayInfrastructure(scope: Scope, outcome: OperationsOutcome): void {
  switch (outcome.outcome) {
    case 'done':
      return scope.say('InfrastructureAsDesired', 'The cloud holds what is declared.')
    case 'working': {
      const follow = outcome.pending > 0 ? `; ${outcome.pending} operations follow` : ''
      return scope.say('WaitingForCloud', `Waiting for ${outcome.waitingFor}${follow}`)
    }
    case 'superseded':
      scope.lookAgainIn(0)
      return scope.say('ApplyingInfrastructure', 'The cluster was changed meanwhile: starting anew.')
    case 'progressed':
      scope.lookAgainIn(0)
      return scope.say('ApplyingInfrastructure', 'Operations were carried out; the cloud is observed again.')
  }
}
