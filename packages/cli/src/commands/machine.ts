import { registerDev } from './dev.ts'
import { registerDoctor } from './doctor.ts'
import { registerDown } from './down.ts'
import type { RegisterCommand } from './index.ts'
import { registerKubectl } from './kubectl.ts'
import { registerLocal } from './local/index.ts'
import { registerLogs } from './logs.ts'
import { registerStatus } from './status.ts'
import { registerTest } from './test.ts'
import { registerUp } from './up.ts'

/** What needs the checkout, or the platform on this machine. In the order help shows them. */
export const machineCommands: readonly RegisterCommand[] = [
  registerUp,
  registerStatus,
  registerDown,
  registerLogs,
  registerDoctor,
  registerKubectl,
  registerLocal,
  registerDev,
  registerTest,
]
