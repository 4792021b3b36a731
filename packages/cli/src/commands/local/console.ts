import { existsSync } from 'node:fs'
import { platformCommand, platformHome } from '@atrium/toolchain/platform.ts'
import type { Command } from 'commander'
import { invocation } from '../../output/invocation.ts'
import { runProgram } from '../../platform/standalone.ts'

/** Lets the platform's own program do it: the cloud is its, not the command line's. */
export async function operate(what: 'machine' | 'cluster' | 'bare', words: string[], command: Command): Promise<void> {
  const { home } = command.optsWithGlobals<{ home: string }>()
  const { folder, cloudFolder } = platformHome(home)
  if (!existsSync(cloudFolder))
    throw new Error(`No platform was started in ${folder} yet. Start it: ${invocation(folder, 'up')}`)
  await runProgram(platformCommand(what, { home, arguments: words }))
}
