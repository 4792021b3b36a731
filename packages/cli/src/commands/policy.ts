import { type Command, InvalidArgumentError, Option } from 'commander'
import { findCluster } from '../clusters/find.ts'
import { noteOption, withServer } from '../platform/server.ts'

const actions = ['heal', 'alert'] as const
type Action = (typeof actions)[number]
/** By layer; `inherit` takes the cluster's word for it back. */
export type LayerActions = Record<string, Action | 'inherit'>
interface Policy {
  drift: Action
  nodes: Action
  layers: Record<string, Action>
}
interface Options {
  drift?: Action
  nodes?: Action
  layer?: LayerActions
}

const choice = (flag: string, what: string): Option => new Option(`--${flag} <action>`, what).choices(actions)
const setBy = { clusterLayer: 'set for this cluster', layer: 'set by its profile' } as const

/** `atrium policy CLUSTER [--drift heal|alert] [--nodes heal|alert] [--layer PROFILE/LAYER=heal|alert|inherit]` */
export const registerPolicy = (program: Command): void => {
  program
    .command('policy')
    .description('show or set what happens to deviations: repaired (heal) or only reported (alert)')
    .argument('<cluster>', 'name or uid')
    .addOption(choice('drift', 'objects of the layers inside the cluster'))
    .addOption(choice('nodes', 'machines and their nodes'))
    .addOption(layerOption())
    .addOption(noteOption())
    .action((name: string, options: Options, command: Command) =>
      withServer(command, async ({ client }) => {
        const params = { uid: (await findCluster(client, name)).uid }
        const show = () => client.call('GET /atrium/v1/clusters/{uid}/policy', { params })
        const current = await show()
        if (options.drift || options.nodes || options.layer)
          await client.call('PUT /atrium/v1/clusters/{uid}/policy', { params, body: changedPolicy(current, options) })
        const { drift, nodes, effective } = await show()
        const layers = effective.flatMap((one) =>
          one.setBy === 'cluster' ? [] : [`layer ${one.layer}: ${one.drift} (${setBy[one.setBy]})\n`],
        )
        process.stdout.write(`drift: ${drift}\nnodes: ${nodes}\n${layers.join('')}`)
      }),
    )
}

export const layerOption = (): Option =>
  new Option(
    '--layer <layer=action>',
    'objects of one layer, PROFILE/LAYER=heal, =alert or =inherit; may be repeated',
  ).argParser(readLayer)

/** Pure. */
export function changedPolicy({ drift, nodes, layers }: Policy, options: Options): Policy {
  const changed = { ...layers, ...options.layer }
  const kept = Object.entries(changed).flatMap(([id, action]) => (action === 'inherit' ? [] : [[id, action] as const]))
  return { drift: options.drift ?? drift, nodes: options.nodes ?? nodes, layers: Object.fromEntries(kept) }
}

export function readLayer(text: string, before: LayerActions = {}): LayerActions {
  const at = text.lastIndexOf('=')
  const [id, action] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)]
  if (id === '' || !(action === 'heal' || action === 'alert' || action === 'inherit'))
    throw new InvalidArgumentError('Write PROFILE/LAYER=heal, =alert or =inherit.')
  return { ...before, [id]: action }
}
