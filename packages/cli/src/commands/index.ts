import type { Command } from 'commander'
import { registerApply } from './apply.ts'
import { registerCluster } from './cluster/index.ts'
import { registerCompletion } from './completion.ts'
import { registerContext } from './context/index.ts'
import { registerDelete } from './delete/index.ts'
import { registerDescribe } from './describe.ts'
import { registerDiff } from './diff.ts'
import { registerEvents } from './events.ts'
import { registerExplain } from './explain/cluster.ts'
import { registerExport } from './export.ts'
import { registerGet } from './get.ts'
import { registerKubeconfig } from './kubeconfig.ts'
import { registerLogin } from './login.ts'
import { registerNouns } from './nouns.ts'
import { registerPack } from './pack/index.ts'
import { registerPlan } from './plan/index.ts'
import { registerPolicy } from './policy.ts'
import { registerRegistry } from './registry/index.ts'
import { registerTenant } from './tenant/index.ts'
import { registerUpdate } from './update/cluster.ts'
import { registerVersion } from './version.ts'
import { registerWait } from './wait.ts'

/** Adds one command, or one noun with its verbs (`commands/<noun>/<verb>.ts`), to the program. */
export type RegisterCommand = (program: Command) => void

/** What works on a server, wherever it runs: all there is in a release. In the order help shows them. */
export const clientCommands: readonly RegisterCommand[] = [
  registerGet,
  registerDescribe,
  registerExplain,
  registerEvents,
  registerWait,
  registerCluster,
  registerNouns,
  registerRegistry,
  registerPack,
  registerPlan,
  registerApply,
  registerDiff,
  registerExport,
  registerKubeconfig,
  registerPolicy,
  registerUpdate,
  registerDelete,
  registerTenant,
  registerLogin,
  registerContext,
  registerVersion,
  registerCompletion,
]
