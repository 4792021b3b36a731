import type { AtriumPackUpgrade } from '@atrium/api/generated/operations.d.ts'
import { Option } from 'commander'
import type { Verb } from '../nouns/noun.ts'
import { profile } from '../resources/fleet.ts'
import { findItem } from '../resources/kinds.ts'

const dryRun = new Option('--dry-run', 'only show what would change')
const ofProfile = ['<profile>', 'name@version or uid'] as const
const ofPack = ['<pack>', 'name of the layer'] as const

/** Verbs that change values of a profile's layers and keep every other letter of them. */
export const packValueVerbs: readonly Verb[] = [
  {
    name: 'upgrade-pack',
    description: 'give a layer another version of its pack, and merge its values with the new defaults',
    arguments: [ofProfile, ofPack, ['<version>', 'e.g. 1.2.0 or 1.2.x']],
    options: [
      new Option('--prefer <side>', 'whose value counts where both changed it').choices(['yours', 'new']),
      dryRun,
    ],
    async run({ client }, { args: [name = '', pack = '', tag = ''], optional, isGiven }) {
      const { uid } = await findItem(client, profile, name)
      const prefer = optional('prefer') as 'yours' | 'new' | undefined
      const body = { tag, ...(prefer && { prefer }), ...(isGiven('dryRun') && { dryRun: true }) }
      const params = { uid, packName: pack }
      const answer = await client.call('POST /atrium/v1/profiles/{uid}/packs/{packName}/upgrade', { params, body })
      const told = tellUpgrade(pack, answer)
      if (answer.saved || isGiven('dryRun'))
        return `${told}${answer.saved ? `profile/${name} changed` : 'nothing is stored'}`
      throw new Error(`${told}Nothing is stored: say whose values count with --prefer yours or --prefer new.`)
    },
  },
  {
    name: 'preset',
    description: "choose presets of a layer's pack, one of each group",
    arguments: [ofProfile, ofPack, ['<preset...>', 'group:name, or the name alone']],
    options: [dryRun],
    async run({ client }, { args: [name = '', packName = '', ...presets], isGiven }) {
      const { uid } = await findItem(client, profile, name)
      const body = { presets, ...(isGiven('dryRun') && { dryRun: true }) }
      const params = { uid, packName }
      const answer = await client.call('POST /atrium/v1/profiles/{uid}/packs/{packName}/presets', { params, body })
      const enabled = answer.enabled.map((preset) => `${preset.group}:${preset.name}`).join(', ')
      return answer.saved ? `profile/${name} has presets ${enabled}` : answer.values.trimEnd()
    },
  },
]

/** What an upgrade takes from the new default and where both sides changed a value, as lines. */
export function tellUpgrade(pack: string, { from, to, taken, conflicts }: AtriumPackUpgrade): string {
  const lines = [`${pack} ${from} → ${to}`]
  lines.push(...taken.map((path) => `  follows the new default: ${path}`))
  for (const { path, line, old, yours, new: fresh } of conflicts) {
    lines.push(
      `  both changed ${path || 'the text, which cannot be merged by key'}${line > 0 ? ` (line ${line})` : ''}:`,
    )
    if (path !== '') lines.push(...side('old', old), ...side('yours', yours), ...side('new', fresh))
  }
  return `${lines.join('\n')}\n`
}

const side = (name: string, text: string | null): string[] =>
  (text ?? '(not there)').split('\n').map((line, index) => `    ${(index === 0 ? name : '').padEnd(6)}${line}`)
