import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { generatedFiles } from '../scripts/generated-files.ts'

for (const { url, content } of generatedFiles()) {
  const name = url.pathname.split('/').slice(-3).join('/')
  test(`${name} is what \`npm run generate\` makes of the contract`, () => {
    const stale = readFileSync(url, 'utf8') !== content
    expect(stale, 'stale: run `npm run generate` and commit the result').toBe(false)
  })
}
