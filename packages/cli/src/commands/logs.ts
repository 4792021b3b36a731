import { createReadStream, existsSync, statSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { type PlatformHome, type PlatformPart, platformHome } from '@atrium/toolchain/platform.ts'
import type { Command } from 'commander'

const parts: PlatformPart[] = ['server', 'postgres', 'registry', 'cloud']
const TAIL_BYTES = 64 * 1024

/** `atrium logs [part] [--all]` */
export const registerLogs = (program: Command): void => {
  program
    .command('logs')
    .description(`the newest lines of a part's log (${parts.join(', ')})`)
    .argument('[part]', 'which part', 'server')
    .option('--all', 'the whole log')
    .action(async (part: string, options: { all?: boolean }, command: Command) => {
      const { home } = command.optsWithGlobals<{ home: string }>()
      await printLog(logFileOf(platformHome(home), part), options.all === true)
    })
}

function logFileOf(home: PlatformHome, part: string): string {
  const known = parts.find((name) => name === part)
  if (!known) throw new Error(`There is no part '${part}'. There are: ${parts.join(', ')}.`)
  const file = home.logFile(known)
  if (!existsSync(file)) throw new Error(`${file} is not there: '${part}' was never started in this home.`)
  return file
}

async function printLog(file: string, all: boolean): Promise<void> {
  const start = all ? 0 : Math.max(0, statSync(file).size - TAIL_BYTES)
  await pipeline(createReadStream(file, { start }), process.stdout, { end: false })
}
