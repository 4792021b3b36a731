import type { MachineView } from '@atrium/provider-local/cloud/protocol.ts'
import { type ConsoleAction, cloudConsole } from '@atrium/provider-local/console.ts'
import { cloudClientOf } from '@atrium/provider-local/ensure-cloud.ts'
import { platformHome } from '@atrium/toolchain/platform.ts'

export interface MachineCommand {
  home: string
  /** `list`, `stop`, `start` or `terminate`. */
  verb: string
  /** Name or uid of the cluster. */
  cluster: string
  machine: string | undefined
  say: (line: string) => void
}

const verbs: readonly ConsoleAction[] = ['list', 'stop', 'start', 'terminate']

/** The cloud console of this machine: what a person does there is unknown to the server until it looks. */
export const operateMachine = async ({ home, verb, cluster, machine, say }: MachineCommand): Promise<void> => {
  const action = verbs.find((one) => one === verb)
  if (action === undefined) throw new Error(`'${verb}' is none of ${verbs.join(', ')}.`)
  const client = cloudClientOf(platformHome(home).folder)
  const machines = await cloudConsole(client, { action, cluster, ...(machine === undefined ? {} : { machine }) })
  for (const one of machines) say(describe(one))
}

const describe = ({ name, pool, phase, message }: MachineView): string =>
  [name.padEnd(32), pool.padEnd(16), phase.padEnd(14), message].join(' ').trimEnd()
