import { type Document, isAlias, isCollection, isPair, type Node, type ParsedNode } from 'yaml'
import { packError } from './problems.ts'

/** Values with every alias written out: more are an attack ("billion laughs"), not a text that people wrote. */
const maxNodes = 100_000
const maxAliases = 1000
const maxDepth = 100

/** Throws `PackError` on a document that is nested too deep, or that grows too large when its aliases are followed. */
export function checkSize(document: Document.Parsed<ParsedNode>, file: string): void {
  const sizes = new Map<Node, number>()
  const open = new Set<Node>()
  let aliases = 0
  const sizeOf = (node: unknown, depth: number): number => {
    if (depth > maxDepth) throw packError(file, `is nested more than ${maxDepth} deep`)
    if (isPair(node)) return sizeOf(node.key, depth) + sizeOf(node.value, depth)
    if (isAlias(node)) {
      aliases += 1
      if (aliases > maxAliases) throw packError(file, `holds more than ${maxAliases} aliases`)
      const target = node.resolve(document)
      if (target === undefined) throw packError(file, `names the anchor '${node.source}', which is not there`)
      if (open.has(target)) throw packError(file, `holds the anchor '${node.source}' within itself`)
      return sizes.get(target) ?? sizeOf(target, depth)
    }
    if (!isCollection(node)) return 1
    const known = sizes.get(node)
    if (known !== undefined) return known
    open.add(node)
    let size = 1
    for (const item of node.items) {
      size += sizeOf(item, depth + 1)
      if (size > maxNodes) throw packError(file, `holds more than ${maxNodes} values`)
    }
    open.delete(node)
    sizes.set(node, size)
    return size
  }
  sizeOf(document.contents, 0)
}
