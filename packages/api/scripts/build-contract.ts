import { readFileSync } from 'node:fs'
import { applyOverlay } from '../contract/overlay.ts'
import { ownOperations } from '../src/operations/index.ts'
import type { Contract, Operation, Schema } from './contract-model.ts'

/** Plain JSON of a TypeBox schema; TypeBox marks its nodes with hidden (`~`) properties. */
const plain = <T>(value: unknown): T =>
  JSON.parse(JSON.stringify(value, (key, part) => (key.startsWith('~') ? undefined : part))) as T

function refsOf(node: unknown, found: Set<string>): Set<string> {
  if (Array.isArray(node)) for (const part of node) refsOf(part, found)
  else if (node !== null && typeof node === 'object') {
    for (const [key, part] of Object.entries(node)) {
      if (key === '$ref' && typeof part === 'string') found.add(part)
      else refsOf(part, found)
    }
  }
  return found
}

function check(contract: Contract): void {
  const missing = [...refsOf(contract, new Set())].filter((name) => !contract.schemas[name])
  if (missing.length > 0) throw new Error(`schemas that are referred to and absent: ${missing.join(', ')}`)
  const seen = new Set<string>()
  for (const { id, method, path } of contract.operations) {
    for (const key of [id, `${method} ${path}`]) {
      if (seen.has(key)) throw new Error(`two operations called ${key}`)
      seen.add(key)
    }
  }
}

/** The whole contract: the imported one, the overlay, and our own operations. */
export function buildContract(): Contract {
  const imported = JSON.parse(readFileSync(new URL('../contract/palette-v1.json', import.meta.url), 'utf8')) as Contract
  const contract = applyOverlay(imported)
  for (const { operations, schemas } of ownOperations) {
    contract.operations.push(...plain<Operation[]>(operations))
    Object.assign(contract.schemas, plain<Record<string, Schema>>(schemas))
  }
  check(contract)
  return contract
}
