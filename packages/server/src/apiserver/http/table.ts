import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Contract, Operation, Schema } from '@atrium/api/operations/table.ts'

/** Reads the operation table: the one copy of it a server holds. */
export function loadContract(): Contract {
  const url = import.meta.resolve('@atrium/api/generated/operations.json')
  return JSON.parse(readFileSync(fileURLToPath(url), 'utf8')) as Contract
}

/** The success an operation declares. */
export function successOf(operation: Operation): { status: number; schema: Schema | null } {
  const [first] = Object.entries(operation.responses)
  if (!first) throw new Error(`${operation.id} declares no success`)
  return { status: Number(first[0]), schema: first[1] }
}
