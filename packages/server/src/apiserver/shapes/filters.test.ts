import { expect, test } from 'vitest'
import { arrayFilter, parseFilters, stringFilter } from './filters.ts'
import { pageOfArray, pageOfRows } from './lists.ts'
import { orderViews } from './order.ts'

const view = {
  metadata: { name: 'ORANDO', uid: 'u1' },
  spec: { cloudTypes: ['aws', 'all'], version: '3.27.1', layer: 'cni', displayName: 'Calico' },
}
const passes = (filters: string): boolean => parseFilters(filters)(view)

test('terms, AND, OR and lists of the filter grammar', () => {
  expect(passes('metadata.uid=u1')).toBe(true)
  expect(passes('metadata.name=ORANDO')).toBe(true)
  expect(passes('spec.cloudTypes_in_azure,all')).toBe(true)
  expect(passes('spec.layer=cniANDspec.displayName=CalicoANDspec.version>3.26.9')).toBe(true)
  expect(passes('spec.layer=csiORmetadata.uid=u1')).toBe(true)
  expect(passes('spec.layer=csiANDmetadata.uid=u1')).toBe(false)
})

test('greater than compares versions, not text', () => {
  expect(passes('spec.version>3.9.0')).toBe(true)
  expect(passes('spec.version>3.27')).toBe(true)
  expect(passes('spec.version>3.27.1')).toBe(false)
})

test('a filter that is no filter names itself', () => {
  expect(() => parseFilters('nonsense')).toThrow(/filters: 'nonsense'/)
})

test('string conditions ignore case unless told otherwise', () => {
  expect(stringFilter({ eq: 'ANN' })('ann')).toBe(true)
  expect(stringFilter({ eq: 'ANN', ignoreCase: false })('ann')).toBe(false)
  expect(stringFilter({ beginsWith: 'an', contains: 'nn' })('Anna')).toBe(true)
})

test('pages: 0 is everything, tokens lead from page to page, the last one has none', () => {
  const all = Array.from({ length: 120 }, (_, index) => index)
  expect(pageOfArray(all, { limit: 0 }).items).toHaveLength(120)
  const seen: number[] = []
  let token: string | undefined = ''
  while (token !== undefined) {
    const page: { items: number[]; count: number; continue?: string } = pageOfArray(all, { continue: token })
    seen.push(...page.items)
    token = page.continue
  }
  expect(seen).toEqual(all)
  expect(() => pageOfArray(all, { limit: -1 })).toThrow(/negative/)
  expect(() => pageOfArray(all, { continue: 'x' })).toThrow(/not a token/)
})

test('orderBy sorts by several paths, down with -1', () => {
  const views = [
    { a: 1, b: 'x' },
    { a: 2, b: 'y' },
    { a: 2, b: 'x' },
  ]
  expect(orderViews(views, 'a=-1,b=1')).toEqual([
    { a: 2, b: 'x' },
    { a: 2, b: 'y' },
    { a: 1, b: 'x' },
  ])
  expect(() => orderViews(views, 'a=5')).toThrow(/orderBy/)
})

test.each([
  [undefined, true],
  [{}, true],
  [{ eq: ['A', 'x'] }, true],
  [{ eq: ['A'], ignoreCase: false }, false],
  [{ eq: ['x'] }, false],
  [{ beginsWith: ['team:'] }, true],
  [{ ne: ['a'] }, false],
  [{ eq: null, ne: ['x'] }, true],
])('a list passes %j: %s', (filter, passes) => {
  expect(arrayFilter(filter)(['a', 'team:b'])).toBe(passes)
})

test('what is read page by page has the pages of what is read whole', async () => {
  const all = Array.from({ length: 120 }, (_, index) => index)
  let counts = 0
  const paged = (paging: object) =>
    pageOfRows(
      paging,
      async (limit, offset) => all.slice(offset, limit === null ? undefined : offset + limit),
      async () => {
        counts += 1
        return all.length
      },
    )
  for (const paging of [
    {},
    { limit: 0 },
    { limit: 7, offset: 5 },
    { continue: '100' },
    { offset: 119 },
    { offset: 1e300 },
  ])
    expect(await paged(paging), JSON.stringify(paging)).toEqual(pageOfArray(all, paging))
  counts = 0
  await paged({ limit: 0 })
  await paged({ limit: 500 })
  expect(counts, 'what was read whole is not counted').toBe(0)
  await expect(paged({ limit: -1 })).rejects.toThrow(/negative/)
})
