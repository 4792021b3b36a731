import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { blocksOf, type ClientSettings, setIn } from './harness/settings.ts'
import { notRepeated, notSet, oneScope } from './harness/unsettable.ts'

const known: ClientSettings = JSON.parse(readFileSync(join(import.meta.dirname, 'client-settings.json'), 'utf8'))
const kinds = ['resource', 'data'] as const
const all = kinds.flatMap((kind) =>
  Object.entries(known[kind]).map(([name, paths]) => {
    const thing = `${kind} ${name}`
    const found = blocksOf(thing).map((block) => setIn(block))
    return {
      thing,
      paths,
      settings: new Set(found.flatMap(({ settings }) => settings)),
      repeated: new Set(found.flatMap(({ repeated }) => repeated)),
    }
  }),
)
const plain = (path: string): string => path.replaceAll('[]', '')

/** The blocks that may be there several times, of all these paths. */
const repeatable = (paths: readonly string[]): string[] => [
  ...new Set(paths.flatMap((path) => [...path.matchAll(/\[\]/g)].map(({ index }) => path.slice(0, index)))),
]

/** `a.b` is part of `a`. */
const isOf = (path: string, part: string): boolean => path === part || path.startsWith(`${part}.`)
const isExcused = (reasons: Record<string, string>, thing: string, path: string): boolean =>
  Object.keys(reasons).some((one) => isOf(`${thing}.${path}`, one))

describe('what the client lets its users say', () => {
  test.each(all)('$thing: a scenario says each of it', ({ thing, paths, settings }) => {
    const missing = paths.map(plain).filter((path) => !settings.has(path) && !isExcused(notSet, thing, path))
    expect(missing).toEqual([])
  })

  test.each(all)(
    '$thing: a scenario says several where several may be said',
    ({ thing, paths, settings, repeated }) => {
      const said = [...settings].map((path) => path.slice(0, path.lastIndexOf('.')))
      const several = repeatable(paths).map(plain)
      const missing = several.filter((path) => said.some((one) => isOf(one, path)) && !repeated.has(path))
      expect(missing.filter((path) => !isExcused(notRepeated, thing, path))).toEqual([])
    },
  )

  /** Of what belongs to a project or to the tenant. An expression is as the caller of the scenario says: both. */
  const scoped = Object.entries(known.resource).filter(([, paths]) => paths.includes('context'))
  test.each(scoped)('%s: scenarios have it in a project and at tenant scope', (name) => {
    const whole = ['cluster_group', 'macros', 'platform_setting'].includes(name) ? 'tenant' : 'project'
    const contexts = blocksOf(`resource ${name}`).flatMap(({ attributes }) => {
      const [, literal] = /^"(\w+)"$/.exec(attributes.get('context') ?? `"${whole}"`) ?? []
      return literal === undefined ? ['project', 'tenant'] : [literal]
    })
    const expected = oneScope[name] === undefined ? ['project', 'tenant'] : ['project']
    expect([...new Set(contexts)].sort()).toEqual(expected)
  })

  test.each(Object.entries({ ...notSet, ...notRepeated }))('%s: the excuse is still one', (excused) => {
    const found = all.find(({ thing }) => isOf(excused, thing))
    if (found === undefined) throw new Error('the client has no such thing')
    const path = excused.slice(`${found.thing}.`.length)
    expect(found.paths.map(plain).some((one) => isOf(one, path))).toBe(true)
    const said = excused in notSet ? found.settings : found.repeated
    expect([...said].filter((one) => isOf(one, path))).toEqual([])
  })
})
