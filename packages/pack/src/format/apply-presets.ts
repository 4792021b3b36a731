import { isMap } from 'yaml'
import { opened } from './flow-maps.ts'
import { mergeValues } from './merge-values.ts'
import type { Preset } from './presets.ts'
import { packError } from './problems.ts'
import { splice } from './text-splices.ts'
import { readValues } from './values.ts'
import { type Entry, isBlockMap, ValuesTree } from './values-tree.ts'

const FILE = 'values.yaml'
const REMARK = /^# *spectrocloud\.com\/enabled-presets:(.*)$/m

/** The choice of each preset group, by group, as the comment on top of the values says. */
export function enabledPresets(valuesText: string): Map<string, string> {
  const [, list = ''] = REMARK.exec(head(valuesText)) ?? []
  const pairs = list.split(',').map((part) => part.split(':').map((word) => word.trim()))
  return new Map(pairs.flatMap(([group = '', name = '']) => (group !== '' && name !== '' ? [[group, name]] : [])))
}

/** The comments that a values text begins with. */
const head = (text: string): string => /^(?:[ \t]*(?:#.*|---.*)?\n)*(?:#.*)?/.exec(text)?.[0] ?? ''

/**
 * Values with presets chosen, each named `<group>:<name>` or by its name alone: what a preset removes is taken out, what it adds is put
 * in key by key, and the comment on top remembers the choice. All other letters stay. Throws `PackError` for a preset that is not there,
 * for two of one group, and for values that cannot be changed so.
 */
export function applyPresets(valuesText: string, presets: readonly Preset[], chosen: readonly string[]): string {
  const wanted = chosen.map((choice) => findPreset(presets, choice))
  const twice = wanted.find((preset, index) => wanted.findIndex(({ group }) => group === preset.group) !== index)
  if (twice) throw packError('presets.yaml', `group '${twice.group}' takes one preset only`)
  let text = valuesText
  for (const preset of wanted) {
    for (const path of preset.remove) text = removePath(text, path)
    text = overlay(text, preset)
  }
  return wanted.length === 0 ? text : remember(text, wanted)
}

function findPreset(presets: readonly Preset[], choice: string): Preset {
  const found = presets.filter(({ name, group }) => choice === `${group}:${name}` || choice === name)
  const [preset] = found
  if (preset && found.length === 1) return preset
  const names = presets.map(({ name, group }) => `${group}:${name}`).join(', ')
  throw packError(
    'presets.yaml',
    `there is ${preset ? 'more than one' : 'no'} preset '${choice}' (there are: ${names})`,
  )
}

function overlay(text: string, { name, add }: Preset): string {
  if (add.trim() === '') return text
  const merged = mergeValues({ old: '', yours: text, new: add }, 'new')
  if (merged.conflicts.some(({ path }) => path === ''))
    throw packError(FILE, `preset '${name}' cannot be put in: an anchor lies across what it changes`)
  return merged.text
}

function remember(text: string, chosen: readonly Preset[]): string {
  const enabled = enabledPresets(text)
  for (const { group, name } of chosen) enabled.set(group, name)
  const line = `# spectrocloud.com/enabled-presets: ${[...enabled].map((pair) => pair.join(':')).join(',')}`
  const top = head(text)
  return REMARK.test(top) ? top.replace(REMARK, () => line) + text.slice(top.length) : `${line}\n${text}`
}

/** The text without the value at a dotted path; comments above it stay. A path that is not there changes nothing. */
export function removePath(text: string, dotted: string): string {
  const path = readValues(text, FILE).pathOf(dotted)
  if (path === null) return text
  let tree = new ValuesTree(text, FILE)
  let parent: Entry | null = null
  for (const [depth, key] of path.entries()) {
    const node = parent === null ? tree.root : parent.value
    if (isMap(node) && !isBlockMap(node)) {
      const block = opened(tree, node)
      return block === null ? text : removePath(block, dotted)
    }
    const entries: Entry[] = tree.entries(parent)
    const entry = entries.find((one) => one.key === key)
    if (entry === undefined) return text
    if (depth < path.length - 1) {
      parent = entry
      continue
    }
    // A key without a value would take the chart's own away.
    const isLast = parent !== null && entries.length === 1
    const piece = isLast && parent ? { start: parent.keyEnd, end: parent.end, text: ': {}\n' } : { ...entry, text: '' }
    tree = new ValuesTree(splice(text, [piece]), FILE)
  }
  return tree.text
}
