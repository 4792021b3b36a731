import type { Contract } from '../src/operations/table.ts'

export type { Contract, Operation, Parameter, Schema } from '../src/operations/table.ts'

/** JSON with one operation and one schema a line: small, and a change shows as the lines it touches. */
export function printContract(contract: Contract): string {
  const operations = contract.operations.map((operation) => JSON.stringify(operation))
  const schemas = Object.keys(contract.schemas)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${JSON.stringify(contract.schemas[name])}`)
  return `{"operations":[\n${operations.join(',\n')}\n],\n"schemas":{\n${schemas.join(',\n')}\n}}\n`
}
