import { readFileSync } from 'node:fs'
import { clusterReasons } from '@atrium/api/cluster-reasons.ts'
import { clusterConditions } from '@atrium/api/conditions.ts'
import { expect, it } from 'vitest'
import { ownConditions } from './status.ts'

const page = readFileSync(new URL('../../../../../docs/cluster-life-cycle.md', import.meta.url), 'utf8')

it('docs/cluster-life-cycle.md explains every reason, and no other', () => {
  const expected = Object.entries(clusterReasons).map(([name, { status, meaning, nextStep }]) => [
    `\`${name}\``,
    status,
    meaning,
    nextStep,
  ])
  const cells = (line: string): string[] =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
  const rows = page
    .split('\n')
    .filter((line) => /^\| *`[A-Z]\w+` *\|/.test(line))
    .map(cells)
  expect(rows).toEqual(expected)
})

it('docs/cluster-life-cycle.md has a section for every condition, and the controller owns them all', () => {
  const sections = [...page.matchAll(/^### (\w+)$/gm)].map((match) => match[1])
  expect(sections.toSorted()).toEqual(Object.values(clusterConditions).toSorted())
  expect(ownConditions.toSorted()).toEqual(Object.values(clusterConditions).toSorted())
})
