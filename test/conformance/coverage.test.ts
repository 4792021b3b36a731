import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { promised } from './harness/promised.ts'
import { configurations, declares } from './harness/settings.ts'

const things = [...promised.resource.map((name) => `resource ${name}`), ...promised.data.map((name) => `data ${name}`)]

/** What the client itself cannot import. */
const notImportable = ['cluster_profile_import', 'addon_deployment']

const read = (...path: string[]): string => readFileSync(join(import.meta.dirname, ...path), 'utf8')
const scenariosOf = (thing: string): string[] =>
  [...configurations].filter(([, blocks]) => blocks.some((block) => declares(block, thing))).map(([name]) => name)

/** What the documentation says: a thing, and the scenarios that hold it. */
const documented = [...read('../../docs/conformance.md').matchAll(/^\| `(\w+)` \| (.*) \| (.*) \|$/gm)]
  .flatMap(([, name, resource = '', data = '']) => [
    { thing: `resource ${name}`, scenarios: [...resource.matchAll(/`([\w-]+)`/g)].map(([, one = '']) => one) },
    { thing: `data ${name}`, scenarios: [...data.matchAll(/`([\w-]+)`/g)].map(([, one = '']) => one) },
  ])
  .filter(({ scenarios }) => scenarios.length > 0)

describe('what users of the client are promised', () => {
  test.each(things)('%s: a scenario holds it', (thing) => {
    expect(scenariosOf(thing)).not.toEqual([])
  })

  test('the documentation names for each scenarios that hold it', () => {
    expect(documented.map(({ thing }) => thing).sort()).toEqual(things.toSorted())
    const wrong = documented.filter(({ thing, scenarios }) =>
      scenarios.some((name) => !scenariosOf(thing).includes(name)),
    )
    expect(wrong).toEqual([])
  })

  test('each resource is imported, as far as the client can', () => {
    // Outside of a configuration only what is imported is called by its address.
    const tests = readdirSync(import.meta.dirname).filter((name) => name.startsWith('terraform'))
    const steps = readdirSync(join(import.meta.dirname, 'scenarios')).filter((name) => name.endsWith('.ts'))
    const text = [...tests, ...steps.map((name) => join('scenarios', name))].map((file) => read(file)).join('\n')
    const importable = promised.resource.filter((name) => !notImportable.includes(name))
    expect(importable.filter((name) => !text.includes(`spectrocloud_${name}.`))).toEqual([])
  })
})
