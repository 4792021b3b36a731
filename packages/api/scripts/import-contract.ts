/**
 * `npm run contract:import FILE`: reads the public OpenAPI 2.0 file and writes the facts of it (operations and schemas,
 * no prose) to `contract/palette-v1.json`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { printContract } from './contract-model.ts'
import { importSwagger } from './swagger.ts'

const [file] = process.argv.slice(2)
if (!file) throw new Error('usage: npm run contract:import FILE')
const contract = importSwagger(JSON.parse(readFileSync(file, 'utf8')))
writeFileSync(new URL('../contract/palette-v1.json', import.meta.url), printContract(contract))
process.stdout.write(`${contract.operations.length} operations, ${Object.keys(contract.schemas).length} schemas\n`)
