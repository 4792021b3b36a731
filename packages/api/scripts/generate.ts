/** `npm run generate`: writes every file that follows from the contract. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { generatedFiles } from './generated-files.ts'

for (const { url, content } of generatedFiles()) {
  mkdirSync(new URL('.', url), { recursive: true })
  writeFileSync(url, content)
}
