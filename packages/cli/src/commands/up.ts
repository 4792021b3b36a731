import { join } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { writeFileAtomically } from '@atrium/runtime/base/files.ts'
import { type PlatformHome, platformHome, readJsonFile } from '@atrium/toolchain/platform.ts'
import type { Command } from 'commander'
import { followCluster, hasFailed, isServing } from '../clusters/follow.ts'
import { type DemoCluster, ensureDemo, findDemo } from '../demo/create.ts'
import { invocation } from '../output/invocation.ts'
import { createPrinter, type Printer } from '../output/printer.ts'
import { attend } from '../platform/attend.ts'
import { type Connection, withPlatform } from '../platform/connect.ts'
import { startPlatform } from '../platform/start.ts'
import { nextSteps } from './up/next-steps.ts'
import { clusterLine, startLine } from './up/progress-lines.ts'

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

const readPort = (text: string): number => {
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  throw new Error(`--port: '${text}' is no port. Use a number from 1 to 65535.`)
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
    const cluster = options.demo ? await bringUpDemo(connection, printer) : await findDemo(connection.client, home)
    if (options.json) printer.result(JSON.stringify(description(connection, cluster)))
    else printer.say(nextSteps(connection, cluster))
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
function description({ record, home, credentials }: Connection, cluster: DemoCluster | null): object {
  const { tenant, adminEmail, adminPassword, apiKey, project } = credentials
  return {
    ...{ url: record.url, caFile: record.caFile, home: home.folder, pid: record.pid },
    ...{ tenant, adminEmail, adminPassword, apiKey },
    project: { name: project.name, uid: project.uid },
    cluster: cluster && { name: cluster.name, uid: cluster.uid },
  }
}

async function bringUpDemo({ client, home }: Connection, printer: Printer): Promise<DemoCluster | null> {
  const cluster = await ensureDemo(client, home)
  if (cluster === null) {
    printer.say('The demo cluster was deleted; it is not made again.')
    return null
  }
  const usualMs = readUsual(home)
  const beganMs = systemClock.now()
  if (cluster.created) printer.say(`Provisioning cluster '${cluster.name}' on this machine.`)
  const last = await followCluster(client, cluster.uid, {
    clock: systemClock,
    until: (progress) => isServing(progress) || hasFailed(progress) || progress.state === 'Deleting',
    tell: (progress) => {
      if (cluster.created || !isServing(progress))
        printer.say(clusterLine(progress, systemClock.now() - beganMs, usualMs))
    },
  })
  if (last !== null && isServing(last)) {
    if (cluster.created) writeFileAtomically(timingFile(home), JSON.stringify({ demoMs: systemClock.now() - beganMs }))
    return cluster
  }
  if (last === null || last.state === 'Deleting') return last === null ? null : cluster
  throw new Error(
    `Cluster '${cluster.name}' failed: ${last.waitingFor}\nSee: ${invocation(home.folder, `describe cluster ${cluster.name}`)}`,
  )
}

/** How long the demo took before on this machine; 20 s is what a laptop of today needs. */
const timingFile = (home: PlatformHome): string => join(home.folder, 'run', 'demo-timing.json')
const readUsual = (home: PlatformHome): number => readJsonFile<{ demoMs: number }>(timingFile(home))?.demoMs ?? 20_000
