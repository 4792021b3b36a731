import { createManager } from '@atrium/runtime/controller/manager.ts'
import type { ControllerTiming } from '@atrium/runtime/controller/options.ts'
import type { ControllerManager } from '@atrium/runtime/controller/reconciler.ts'
import { type ClusterControllerDeps, type ClusterTiming, clusterOpener, defaultClusterTiming } from './cluster/deps.ts'
import { createClusterReconciler } from './cluster/reconciler.ts'

export interface ControllersOptions extends Omit<ClusterControllerDeps, 'timing' | 'openCluster'> {
  /** Names this process in leases: unique among all processes that ever ran. */
  owner: string
  /** How the plane reaches clusters; by the provider's admin kubeconfig unless given. */
  openCluster?: ClusterControllerDeps['openCluster']
  clusterTiming?: Partial<ClusterTiming>
  controllerTiming?: Partial<ControllerTiming>
}

/** Every controller of the plane, not yet started. */
export function createControllers(options: ControllersOptions): ControllerManager {
  const { store, clock, random, logger, owner, controllerTiming } = options
  const cluster = createClusterReconciler({
    ...options,
    openCluster: options.openCluster ?? clusterOpener(clock),
    timing: { ...defaultClusterTiming, ...options.clusterTiming },
  })
  return createManager({
    ...{ store, clock, random, logger, owner },
    reconcilers: [cluster],
    // A silent cloud is asked again within half a minute, so that a lost machine does not wait longer than that.
    timing: { backoff: { baseMs: 500, maxMs: 30_000 }, ...controllerTiming },
  })
}
