import type { ObservedInfrastructure, Operation } from '@atrium/provider-contract/provider.ts'
import { StoredJournal } from './journal.ts'
import type { Cloud, Scope } from './scope.ts'

export type OperationsOutcome =
  /** Nothing is left to do. */
  | { outcome: 'done' }
  /** The cloud works; `pending` operations follow. */
  | { outcome: 'working'; waitingFor: string; pending: number }
  /** Some were carried out: observe again. */
  | { outcome: 'progressed' }
  /** The cluster was changed or deleted meanwhile: start anew from what is declared now. */
  | { outcome: 'superseded' }

/** Carries out the plan, one operation after the other, until one has to be waited for. */
export async function runOperations(
  scope: Scope,
  cloud: Cloud,
  operations: readonly Operation[],
): Promise<OperationsOutcome> {
  const planned = operations.map(({ key }) => key)
  const journal = new StoredJournal(scope, planned)
  if (operations.length === 0) return { outcome: 'done' }
  for (const [index, operation] of operations.entries()) {
    scope.request.signal.throwIfAborted()
    const pending = operations.length - index - 1
    if (!(await journal.intend(describe(operation, pending)))) return { outcome: 'superseded' }
    const result = await cloud.provider.apply(operation, cloud.identity, cloud.account, journal)
    if (result.outcome === 'working') {
      scope.lookAgainIn(result.afterMs)
      return { outcome: 'working', waitingFor: result.waitingFor, pending }
    }
    scope.deps.logger.info({ cluster: scope.uid, operation: operation.key }, 'operation done')
  }
  return { outcome: 'progressed' }
}

const describe = (operation: Operation, pending: number): string =>
  pending > 0 ? `${operation.summary} (${pending} more to follow)` : operation.summary

/** What the cloud holds for this cluster now; kept in the scope. */
export async function observe(scope: Scope, cloud: Cloud): Promise<ObservedInfrastructure> {
  scope.request.signal.throwIfAborted()
  scope.observed = await cloud.provider.observe(cloud.identity, cloud.account)
  return scope.observed
}
