import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SortedRows } from './sorted-rows.ts'

interface Row {
  uid: number
  key: number
}
const isOdd = ({ key }: Row): boolean => key % 2 === 1
const compare = (a: Row, b: Row): number => a.key - b.key || a.uid - b.uid

test('whatever comes, goes and changes, the rows are those that are there and pass, in order', () => {
  const step = fc.record({ uid: fc.nat({ max: 9 }), key: fc.option(fc.nat({ max: 5 })) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const present = new Map<number, Row>([
        [1, { uid: 1, key: 3 }],
        [2, { uid: 2, key: 1 }],
      ])
      const sorted = SortedRows.of(present.values(), compare)
      const odd = sorted.where(isOdd)
      for (const { uid, key } of steps) {
        const after = key === null ? null : { uid, key }
        for (const one of [sorted, odd]) one.replace(present.get(uid) ?? null, after)
        if (after === null) present.delete(uid)
        else present.set(uid, after)
        expect(sorted.rows).toEqual([...present.values()].sort(compare))
        expect(odd.rows).toEqual(sorted.rows.filter(isOdd))
      }
    }),
  )
})
