import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { matrixPath, permissionMatrix } from './permission-matrix.ts'

test('the matrix of operations and roles is what `npm run generate` makes of them, and small enough to read', () => {
  const kept = readFileSync(new URL(`../../../${matrixPath}`, import.meta.url), 'utf8')
  expect(kept === permissionMatrix(), 'stale: run `npm run generate` and commit the result').toBe(true)
  expect(kept.length).toBeLessThan(400_000)
})

test('what is asked for in the whole tenant, no role of a project or of resources gives', () => {
  const rows = permissionMatrix()
    .split('\n')
    .filter((line) => / (tenant|project|object) /.test(line) && !line.startsWith('|'))
  const ofTenant = rows.filter((line) => / tenant /.test(line))
  expect(ofTenant.length).toBeGreaterThan(20)
  expect(ofTenant.filter((line) => /[PR·T]+ [PR·T]*[PR]/.test(line.slice(line.indexOf(' tenant '))))).toEqual([])
  const cluster = rows.find((line) => line.startsWith('v1SpectroClustersGet '))
  expect(cluster).toMatch(/ cluster\.get +T.* .*P.* .*R/)
})
