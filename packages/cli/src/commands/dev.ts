import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { simulatedFleetCommand } from '@atrium/toolchain/platform.ts'
import type { Command } from 'commander'
import { readPort } from '../output/numbers.ts'

/** `atrium dev --simulate N [--port N]` */
export const registerDev = (program: Command): void => {
  program
    .command('dev')
    .description('a server with a fleet of simulated clusters that lives until Ctrl-C, for demonstrations')
    .requiredOption('--simulate <clusters>', 'how many clusters', readCount)
    .option('--port <number>', 'port of the server (default: a free one)', readPort)
    .action(async (options: { simulate: number; port?: number }, command: Command) => {
      const { home } = command.optsWithGlobals<{ home: string }>()
      const { simulate: clusters, port } = options
      await attend(simulatedFleetCommand({ home, clusters, ...(port === undefined ? {} : { port }) }))
    })
}

const MOST = 20_000

const readCount = (text: string): number => {
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= MOST) return count
  throw new Error(`--simulate: '${text}' is no number of clusters. Use one from 1 to ${MOST}.`)
}

/** Shows the program's output until it ends. Ctrl-C reaches it by itself: it ends in order, and so do we after it. */
async function attend({ command, args }: { command: string; args: string[] }): Promise<void> {
  const child = spawn(command, args, { stdio: 'inherit' })
  process.on('SIGINT', () => undefined)
  process.once('SIGTERM', () => child.kill('SIGTERM'))
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) process.exitCode = 1
}
