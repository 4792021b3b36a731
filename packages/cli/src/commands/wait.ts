import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { Command } from 'commander'
import { durationMs } from '../output/duration.ts'
import { exitCodes } from '../output/exit-codes.ts'
import { untilInterrupted } from '../output/interrupt.ts'
import { type Server, withServer } from '../platform/server.ts'
import { findItems, fullNameOf, itemsNamed, resourceKinds, resourceOf } from '../resources/kinds.ts'
import type { Resource, ResourceItem } from '../resources/resource.ts'
import { describeGoal, type Goal, parseGoal } from '../waiting/goal.ts'
import { waitFor } from '../waiting/wait.ts'

interface WaitOptions {
  for: string
  timeout: number
}

/** `atrium wait KIND NAME… --for GOAL [--timeout DURATION]` */
export const registerWait = (program: Command): void => {
  program
    .command('wait')
    .description('wait until objects are as you want them; exit code 4 when time is up')
    .argument('<kind>', `${resourceKinds.join(', ')}; or kind/name, as -o name writes it`)
    .argument('[names...]', 'names or uids')
    .requiredOption('--for <goal>', 'condition=NAME[=STATUS], status=STATE, jsonpath=PATH[=VALUE] or delete')
    .option('--timeout <duration>', 'longest wait, e.g. 90s, 10m, 1h; 0 looks once', durationMs, durationMs('10m'))
    .action((kind: string, names: string[], options: WaitOptions, command: Command) =>
      withServer(command, (server) => wait(server, [kind, ...names], options)),
    )
}

async function wait(server: Server, words: readonly string[], options: WaitOptions): Promise<void> {
  const goal = parseGoal(options.for)
  const { resource, names } = objectsNamed(words)
  if (resource.watched === undefined || resource.read === undefined)
    throw new Error(`Changes of ${resource.plural} are not told: there is nothing to wait by.`)
  const items = await itemsToWaitFor(server, resource, names, goal)
  if (items.length === 0) return
  const idOf = (item: ResourceItem): string => `${resource.kind}/${fullNameOf(item)}`
  say(`Waiting for ${items.map(idOf).join(', ')} until ${describeGoal(goal)}.`)
  await untilInterrupted(async (signal) => {
    const missed = await waitFor(server, {
      ...{ resource, items, goal, signal, clock: systemClock, timeoutMs: options.timeout },
      tell: (item, { met, why }) =>
        met ? process.stdout.write(`${idOf(item)} ${metWord(goal)}\n`) : say(`${idOf(item)}: ${why}`),
    })
    if (missed.length === 0) return
    process.exitCode = signal.aborted ? exitCodes.failed : exitCodes.timedOut
    const why = signal.aborted ? 'Not waited to the end' : `Time is up after ${options.timeout / 1000} s`
    const lines = missed.map(({ item, outlook }) => `  ${idOf(item)}: ${outlook.why}`)
    throw new Error([`${why}; until ${describeGoal(goal)} is still missing:`, ...lines].join('\n'))
  })
}

const say = (line: string): void => void process.stderr.write(`${line}\n`)

const metWord = (goal: Goal): string => (goal.type === 'delete' ? 'gone' : 'is there')

/** `cluster a b`, or `cluster/a cluster/b`. */
function objectsNamed(words: readonly string[]): { resource: Resource; names: string[] } {
  const [first = '', ...rest] = words
  if (!first.includes('/')) {
    if (rest.length === 0) throw new Error(`Say which: wait ${first} NAME --for …`)
    return { resource: resourceOf(first), names: rest }
  }
  const pairs = words.map((word) => word.split('/', 2))
  const kinds = new Set(pairs.map(([kind = '']) => resourceOf(kind)))
  const [resource] = kinds
  if (resource === undefined || kinds.size > 1) throw new Error('Wait for objects of one kind at a time.')
  return { resource, names: pairs.map(([, name = '']) => name) }
}

/** One that is not there is gone already, where that is what is waited for. */
async function itemsToWaitFor(
  server: Server,
  resource: Resource,
  names: readonly string[],
  goal: Goal,
): Promise<ResourceItem[]> {
  if (goal.type !== 'delete')
    return (await Promise.all(names.map((name) => findItems(server.client, resource, name)))).flat()
  const all = await resource.list(server.client)
  return names.flatMap((name) => {
    const found = itemsNamed(all, name)
    if (found.length === 0) process.stdout.write(`${resource.kind}/${name} gone\n`)
    return found
  })
}
