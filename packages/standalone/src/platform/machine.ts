import type { MachineView } from '@atrium/provider-local/cloud/protocol.ts'
import type { CloudClient } from '@atrium/provider-local/cloud-client.ts'
import { cloudClientOf } from '@atrium/provider-local/ensure-cloud.ts'
import { platformHome } from '@atrium/toolchain/platform.ts'

export interface MachineCommand {
  home: string
  /** `list`, `stop`, `start` or `terminate`. */
  verb: string
  /** Uid of the cluster. */
  cluster: string
  name: string | undefined
  say: (line: string) => void
}

type Act = (cloud: CloudClient, cluster: string, machine: string) => Promise<void>
const actions: Record<string, { act: Act; done: string }> = {
  stop: { act: (cloud, ...machine) => cloud.stopMachine(...machine), done: 'is powered off' },
  start: { act: (cloud, ...machine) => cloud.startMachine(...machine), done: 'is powered on' },
  terminate: { act: (cloud, ...machine) => cloud.terminateMachine(...machine), done: 'is terminated' },
}

/** The cloud console of this machine: what a person does there is unknown to the server until it looks. */
export const operateMachine = async ({ home, verb, cluster, name, say }: MachineCommand): Promise<void> => {
  const cloud = cloudClientOf(platformHome(home).folder)
  const machines = await cloud.machines(cluster)
  const chosen = name === undefined ? machines : machines.filter((machine) => machine.name === name)
  if (name !== undefined && chosen.length === 0) {
    throw new Error(`The cluster has no machine '${name}'. It has: ${machines.map((one) => one.name).join(', ')}.`)
  }
  const action = actions[verb]
  if (verb === 'list') return chosen.forEach((machine) => say(describe(machine)))
  if (!action || name === undefined)
    throw new Error(`'${verb}' is none of list, stop, start, terminate with a machine.`)
  await action.act(cloud, cluster, name)
  say(`Machine ${name} ${action.done}.`)
}

const describe = ({ name, pool, phase, message }: MachineView): string =>
  [name.padEnd(32), pool.padEnd(16), phase.padEnd(14), message].join(' ').trimEnd()
