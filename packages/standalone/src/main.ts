import { enableCompileCache, flushCompileCache } from 'node:module'
import { parseArgs } from 'node:util'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { startLasting } from '@atrium/runtime/base/lasting-process.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'

// Compiled and type-stripped modules are kept on disk: 0.3 s and 20 MB less at every start but the first.
enableCompileCache()
// Whatever this process or its children write is the owner's alone.
process.umask(0o077)

const USAGE =
  'usage: main.ts run --home DIR [--port N] | main.ts down --home DIR [--purge] | main.ts restored --home DIR | main.ts machine VERB CLUSTER [MACHINE] --home DIR | main.ts cluster VERB [CLUSTER] --home DIR | main.ts bare VERB [NAME [WORKERS [VERSION]]] --home DIR'

const run = async (home: string, port: number | undefined): Promise<void> => {
  const { runPlatform } = await import('./platform/run.ts')
  startLasting()
  const platform = await runPlatform({
    home,
    ...(port === undefined ? {} : { port }),
    env: process.env,
    clock: systemClock,
    random: systemRandom,
  })
  // Else a killed process leaves nothing to the next.
  flushCompileCache()
  const stop = (): void => {
    void platform.stop()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

const down = async (home: string, purge: boolean): Promise<void> => {
  const { stopPlatform } = await import('./platform/down.ts')
  await stopPlatform({ home, purge, clock: systemClock, say })
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const restored = async (home: string): Promise<void> => {
  const { declareHomeRestored } = await import('./platform/restored.ts')
  await declareHomeRestored({ home, env: process.env, clock: systemClock, random: systemRandom })
}

const operateCluster = async (home: string, [verb = '', cluster = '']: string[]): Promise<void> => {
  const { operateCluster: carryOut } = await import('./platform/cluster.ts')
  await carryOut({ home, verb, cluster, clock: systemClock, say })
}

const operateBare = async (home: string, words: string[]): Promise<void> => {
  const { operateBare: carryOut } = await import('./platform/bare.ts')
  const [verb = '', name = '', workers = '', kubernetesVersion = ''] = words
  const surroundings = { clock: systemClock, random: systemRandom, say }
  await carryOut({ home, verb, name, workers, kubernetesVersion, ...surroundings })
}

const operateMachine = async (home: string, [verb = '', cluster = '', machine]: string[]): Promise<void> => {
  const { operateMachine: carryOut } = await import('./platform/machine.ts')
  await carryOut({ home, verb, cluster, machine, say })
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { home: { type: 'string' }, port: { type: 'string' }, purge: { type: 'boolean', default: false } },
  })
  const { home, port, purge } = values
  if (home === undefined) throw new Error(USAGE)
  if (positionals[0] === 'run') await run(home, port === undefined ? undefined : Number(port))
  else if (positionals[0] === 'down') await down(home, purge)
  else if (positionals[0] === 'restored') await restored(home)
  else if (positionals[0] === 'machine') await operateMachine(home, positionals.slice(1))
  else if (positionals[0] === 'cluster') await operateCluster(home, positionals.slice(1))
  else if (positionals[0] === 'bare') await operateBare(home, positionals.slice(1))
  else throw new Error(USAGE)
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`)
  // At once: what a failed start had under way, a build of some minutes for example, would keep the process alive.
  process.exit(1)
}
