import { buildContract } from './build-contract.ts'
import { printContract } from './contract-model.ts'
import { emitCoverage } from './emit-coverage.ts'
import { emitOpenApi } from './emit-openapi.ts'
import { emitPermissions } from './emit-permissions.ts'
import { emitTypes } from './emit-types.ts'

const root = new URL('../../../', import.meta.url)

/** Every generated file with its content. */
export function generatedFiles(): { url: URL; content: string }[] {
  const contract = buildContract()
  const file = (path: string, content: string) => ({ url: new URL(path, root), content })
  return [
    file('packages/api/generated/operations.json', printContract(contract)),
    file('packages/api/src/generated/operations.d.ts', emitTypes(contract)),
    file('packages/api/generated/openapi.json', emitOpenApi(contract)),
    file('docs/api-coverage.md', emitCoverage(contract)),
    file('docs/permissions.md', emitPermissions()),
  ]
}
