import type { Placed } from './placed.ts'

/**
 * Keys that a dotted path may mean. Keys hold dots too (`nvidia.com/gpu`), so the keys that are there decide; where none fits, the rest is
 * split at each dot. `found` says whether there is such a value; `$[]` stands for any entry of a list.
 */
export function keysOfDotted(root: Placed | null, dotted: string): { path: string[]; found: boolean } {
  return dotted.length > maxChars ? { path: [], found: false } : search(root, dotted, new Map())
}

/** Longer than any path of a value that people write. */
const maxChars = 1000

/** `failed`: lengths of the rest that were looked for in vain below a node. Keys within keys may lead there in very many ways. */
function search(
  root: Placed | null,
  dotted: string,
  failed: Map<Placed, Set<number>>,
): { path: string[]; found: boolean } {
  if (dotted === '') return { path: [], found: root !== null }
  if (root?.items) {
    const [, rest = ''] = /^(?:\$?\[\d*\]|\d+)(?:\.(.*))?$/s.exec(dotted) ?? []
    const inner = root.items.map((item) => search(item, rest, failed)).find(({ found }) => found)
    return inner ? { path: ['0', ...inner.path], found: true } : { path: dotted.split('.'), found: false }
  }
  if (root !== null && failed.get(root)?.has(dotted.length)) return { path: dotted.split('.'), found: false }
  let nearest: string[] | null = null
  for (const [key, { value }] of root?.fields ?? []) {
    if (dotted !== key && !dotted.startsWith(`${key}.`) && !dotted.startsWith(`${key}$[`)) continue
    const inner = search(value, dotted.slice(key.length).replace(/^\./, ''), failed)
    if (inner.found) return { path: [key, ...inner.path], found: true }
    nearest = [key, ...inner.path]
  }
  if (root !== null) failed.set(root, (failed.get(root) ?? new Set()).add(dotted.length))
  return { path: nearest ?? dotted.split('.'), found: false }
}
