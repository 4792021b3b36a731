import { systemClock } from '@atrium/runtime/base/clock.ts'
import { type PlatformHome, platformHome } from '@atrium/toolchain/platform.ts'
import type { Command } from 'commander'
import { hasFailed, isServing } from '../clusters/follow.ts'
import { invocation } from '../output/invocation.ts'
import { readPort } from '../output/numbers.ts'
import { createPrinter, type Printer } from '../output/printer.ts'
import { attend } from '../platform/attend.ts'
import { type Connection, withPlatform } from '../platform/connect.ts'
import { startPlatform } from '../platform/start.ts'
import { bringUpDemo, type DemoState, lookAtDemo } from './up/demo.ts'
import { demoProblem, nextSteps } from './up/next-steps.ts'
import { startLine } from './up/progress-lines.ts'

interface UpOptions {
  port?: number
  detach?: boolean
  json?: boolean
  demo: boolean
}

/** `atrium up [--port N] [--detach] [--json] [--no-demo]` */
export const registerUp = (program: Command): void => {
  program
    .command('up')
    .description('start the platform on this machine, and a demo cluster the first time')
    .option('--port <number>', 'port of the server (default: 8443, or the one chosen before)', readPort)
    .option('--detach', 'return once everything is ready; the platform goes on')
    .option('--json', 'last line of stdout: one object with addresses and credentials')
    .option('--no-demo', 'no demo cluster')
    .action((options: UpOptions, command: Command) => up(command.optsWithGlobals<{ home: string }>().home, options))
}

async function up(folder: string, options: UpOptions): Promise<void> {
  const printer = createPrinter(options.json === true)
  const home = platformHome(folder)
  const interrupt = (): void => leave(home, printer)
  process.once('SIGINT', interrupt)
  const started = await startPlatform(home, {
    clock: systemClock,
    ...(options.port === undefined ? {} : { port: options.port }),
    onEvent: (event) => printer.say(startLine(event)),
    onWait: (pid) =>
      printer.say(`Another 'atrium up'${pid ? ` (pid ${pid})` : ''} is starting this platform: waiting for it.`),
  })
  if (!started.started)
    printer.say(`Atrium already runs at ${started.record.url} (pid ${started.record.pid}, home ${home.folder}).`)
  await withPlatform(home.folder, async (connection) => {
    const demo = await (options.demo ? bringUpDemo(connection, printer) : lookAtDemo(connection))
    if (options.json) {
      if (demo !== null && !isServing(demo)) printer.say(demoProblem(demo))
      printer.result(JSON.stringify(description(connection, demo)))
    } else printer.say(nextSteps(connection, demo))
    // The platform is up; what failed is what this command was to bring up with it.
    if (options.demo && demo !== null && hasFailed(demo)) process.exitCode = 1
  })
  process.off('SIGINT', interrupt)
  if (started.started && !options.detach) await attend(home, started.record, printer)
}

/** Ctrl-C before everything is ready: what was started is detached and goes on. */
function leave({ folder }: PlatformHome, printer: Printer): void {
  printer.say(
    `\nInterrupted. What was started goes on. Look: ${invocation(folder, 'status')}. Stop it: ${invocation(folder, 'down')}`,
  )
  // Nobody listens any more: the signal now does what it does by itself.
  process.kill(process.pid, 'SIGINT')
}

/** The object that scripts read. */
function description({ record, home, credentials }: Connection, cluster: DemoState | null): object {
  const { tenant, adminEmail, adminPassword, apiKey, project } = credentials
  return {
    ...{ url: record.url, caFile: record.caFile, home: home.folder, pid: record.pid },
    ...{ tenant, adminEmail, adminPassword, apiKey },
    project: { name: project.name, uid: project.uid },
    cluster: cluster && { name: cluster.name, uid: cluster.uid },
  }
}
