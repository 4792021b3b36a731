import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Command } from 'commander'
import { type Server, withServer } from '../platform/server.ts'
import { VERSION } from '../version.ts'

/** `atrium version [--json]` */
export const registerVersion = (program: Command): void => {
  program
    .command('version')
    .description('versions of this program, and of the server it talks to')
    .option('--json', 'as JSON')
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      const server = await askServer(command)
      const told = json ? JSON.stringify({ program: VERSION, server }) : `program ${VERSION}\nserver  ${server ?? '-'}`
      process.stdout.write(`${told}\n`)
    })
}

/** Null where there is no server to ask: its absence is told, and no failure of a program that knows its own version. */
async function askServer(command: Command): Promise<string | null> {
  const ask = async ({ client }: Server): Promise<string | null> =>
    (await client.call('GET /v1/system/version/installed')).version ?? null
  try {
    return await withServer(command, ask)
  } catch (error) {
    process.stderr.write(`No server was asked: ${messageOf(error)}\n`)
    return null
  }
}
