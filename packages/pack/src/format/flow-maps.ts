import { sameJson } from '@atrium/runtime/base/json.ts'
import { isMap, type ParsedNode } from 'yaml'
import type { MergeSides } from './merge-values.ts'
import { PackError } from './problems.ts'
import { indentationOf, splice } from './text-splices.ts'
import { isBlockMap, keyText, type MapNode, ValuesTree } from './values-tree.ts'

/** More maps than this on one line each are no values file that somebody wrote. */
const maxMaps = 200

/** The texts with maps written `{a: 1}` on lines of their own wherever the sides differ inside them, so that they merge by key. */
export function blockForm(texts: MergeSides): MergeSides {
  const trees: Trees = {
    old: new ValuesTree(texts.old, 'old values'),
    yours: new ValuesTree(texts.yours, 'values'),
    new: new ValuesTree(texts.new, 'new values'),
  }
  for (let count = 0; count < maxMaps && openOne(trees); count += 1);
  return { old: trees.old.text, yours: trees.yours.text, new: trees.new.text }
}

/** False when nothing is left to open. */
function openOne(trees: Trees): boolean {
  const roots = { old: trees.old.root, yours: trees.yours.root, new: trees.new.root }
  const found = rootFlow(trees) ?? findFlow(trees, roots)
  const text = found === null ? null : opened(trees[found.side], found.node)
  if (found === null || text === null) return false
  trees[found.side] = new ValuesTree(text, 'values')
  return true
}

type Trees = Record<keyof MergeSides, ValuesTree>
type Nodes = Record<keyof MergeSides, ParsedNode | null>
type Found = { side: keyof MergeSides; node: MapNode }
const sides = ['yours', 'new', 'old'] as const

const isFilled = (node: ParsedNode | null): node is MapNode => isMap(node) && node.items.length > 0

/** A whole text in braces, also an empty one: keys are put behind each other. */
function rootFlow(trees: Trees): Found | null {
  const side = sides.find((one) => isMap(trees[one].root) && !isBlockMap(trees[one].root))
  return side === undefined ? null : { side, node: trees[side].root as MapNode }
}

function findFlow(trees: Trees, nodes: Nodes): Found | null {
  const { old, yours, new: fresh } = nodes
  if (!isFilled(yours) || !isFilled(fresh)) return null
  const meanings = [trees.yours.meaning(yours), trees.new.meaning(fresh)] as const
  if (sameJson(...meanings) && (!isFilled(old) || sameJson(trees.old.meaning(old), meanings[0]))) return null
  for (const side of sides) {
    const node = nodes[side]
    if (isFilled(node) && !isBlockMap(node)) return { side, node }
  }
  for (const { key, value } of yours.items) {
    const name = keyText(key)
    const below = { old: childOf(old, name), yours: value, new: childOf(fresh, name) }
    const found = findFlow(trees, below)
    if (found !== null) return found
  }
  return null
}

const childOf = (node: ParsedNode | null, key: string): ParsedNode | null =>
  isMap(node) ? ((node as MapNode).items.findLast((item) => keyText(item.key) === key)?.value ?? null) : null

/** The text with one map on lines of its own; null when that would not mean the same. */
export function opened(tree: ValuesTree, node: MapNode): string | null {
  const { text, root } = tree
  const [start, end] = node.range
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const indentation = node === root ? '' : `${indentationOf(text, lineStart)}  `
  const lines = node.items.map(({ key, value }) => {
    const name = text.slice(key.range[0], key.range[1])
    // From behind the colon: an anchor or tag stands before the value.
    const written = value === null ? '' : text.slice(text.indexOf(':', key.range[1]) + 1, value.range[1]).trim()
    return `${indentation}${name}:${written === '' ? '' : ` ${written}`}`
  })
  const block = `${node === root ? '' : '\n'}${lines.join('\n')}`
  const result = splice(text, [
    { start: node === root ? start : text.slice(0, start).trimEnd().length, end, text: block },
  ])
  try {
    const after = new ValuesTree(result, 'values')
    const isEmpty = node === root && node.items.length === 0
    return isEmpty || sameJson(after.meaning(after.root), tree.meaning(root)) ? result : null
  } catch (error) {
    if (error instanceof PackError) return null
    throw error
  }
}
