import { clusterConditions as types } from '@atrium/api/conditions.ts'
import { sayMachines } from '../machine/reconcile.ts'
import { reconcileAgent } from './agent.ts'
import { reconcileControlPlane } from './control-plane.ts'
import { reconcileInfrastructure } from './infrastructure.ts'
import { sayLayers, saySync } from './layers.ts'
import { resolveProfile } from './profile.ts'
import type { Scope } from './scope.ts'

/** A step of the life of a cluster. Reads and fills the scope; an error it throws becomes the reason of its condition. */
export interface Phase {
  readonly condition: string
  run(scope: Scope): Promise<void> | void
}

/** What is somebody else's is as it should be. */
const imported = (condition: string): Phase => ({
  condition,
  run: (scope) => scope.say('Imported', "The cluster was imported: this is its owner's.", condition),
})

/** Of a cluster that was imported. */
export const importedPhases: readonly Phase[] = [
  { condition: types.profileResolved, run: resolveProfile },
  imported(types.infrastructureReady),
  imported(types.controlPlaneReady),
  { condition: types.agentReady, run: reconcileAgent },
  imported(types.machinesReady),
  { condition: types.layersReady, run: sayLayers },
  { condition: types.inSync, run: saySync },
]

/** In the order of a cluster's life. All run in every reconcile, also behind one that failed: each looks for what it needs. */
export const phases: readonly Phase[] = [
  { condition: types.profileResolved, run: resolveProfile },
  { condition: types.infrastructureReady, run: reconcileInfrastructure },
  { condition: types.controlPlaneReady, run: reconcileControlPlane },
  { condition: types.agentReady, run: reconcileAgent },
  { condition: types.machinesReady, run: sayMachines },
  { condition: types.layersReady, run: sayLayers },
  { condition: types.inSync, run: saySync },
]
