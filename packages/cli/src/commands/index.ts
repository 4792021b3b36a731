import type { Command } from 'commander'
import { registerApply } from './apply.ts'
import { registerCluster } from './cluster/index.ts'
import { registerCompletion } from './completion.ts'
import { registerContext } from './context/index.ts'
import { registerDelete } from './delete/index.ts'
import { registerDescribe } from './describe.ts'
import { registerDev } from './dev.ts'
import { registerDiff } from './diff.ts'
import { registerDoctor } from './doctor.ts'
import { registerDown } from './down.ts'
import { registerEvents } from './events.ts'
import { registerExplain } from './explain/cluster.ts'
import { registerExport } from './export.ts'
import { registerGet } from './get.ts'
import { registerKubeconfig } from './kubeconfig.ts'
import { registerKubectl } from './kubectl.ts'
import { registerLocal } from './local/index.ts'
import { registerLogin } from './login.ts'
import { registerLogs } from './logs.ts'
import { registerNouns } from './nouns.ts'
import { registerPolicy } from './policy.ts'
import { registerStatus } from './status.ts'
import { registerTenant } from './tenant/index.ts'
import { registerTest } from './test.ts'
import { registerUp } from './up.ts'
import { registerUpdate } from './update/cluster.ts'
import { registerWait } from './wait.ts'

/** Adds one command, or one noun with its verbs (`commands/<noun>/<verb>.ts`), to the program. */
export type RegisterCommand = (program: Command) => void

/** In the order help shows them. */
export const commands: readonly RegisterCommand[] = [
  registerUp,
  registerStatus,
  registerGet,
  registerDescribe,
  registerExplain,
  registerEvents,
  registerWait,
  registerCluster,
  registerNouns,
  registerApply,
  registerDiff,
  registerExport,
  registerKubeconfig,
  registerKubectl,
  registerPolicy,
  registerUpdate,
  registerDelete,
  registerLogin,
  registerContext,
  registerLocal,
  registerTenant,
  registerLogs,
  registerDoctor,
  registerDown,
  registerCompletion,
  registerDev,
  registerTest,
]
