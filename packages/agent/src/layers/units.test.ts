import { expect, test } from 'vitest'
import type { DeclaredObject, UnitRecord } from './records.ts'
import { begunUnit, finishedUnit } from './units.ts'

const object = (name: string, adopted = false): DeclaredObject => ({
  object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'n' } },
  manager: 'm',
  keep: false,
  adopted,
})
const unit = (objects: DeclaredObject[], more: Partial<UnitRecord> = {}): UnitRecord => ({ id: 'u', objects, ...more })
const traces = (...leftovers: DeclaredObject[]) => ({ leftovers, hooks: [] })
const names = (list: readonly DeclaredObject[] | undefined) => (list ?? []).map((one) => one.object.metadata.name)
const [a, b, c] = ['a', 'b', 'c'].map((name) => object(name)) as [DeclaredObject, DeclaredObject, DeclaredObject]

test('a first installation answers for all it may make, and for what a failed one may have made before', () => {
  const first = begunUnit({ id: 'u' }, undefined, traces(a))
  expect(first).toMatchObject({ incomplete: true, objects: [] })
  expect(names(begunUnit({ id: 'u' }, first, traces(b)).leftovers)).toEqual(['a', 'b'])
  // As earlier agents recorded what they began.
  expect(names(begunUnit({ id: 'u' }, unit([c], { incomplete: true }), traces(b)).leftovers)).toEqual(['c', 'b'])
})

test('an update keeps what is in place, and answers for what comes', () => {
  const begun = begunUnit({ id: 'u' }, unit([a]), traces(a, b))
  expect(begun.incomplete).toBeUndefined()
  expect(names(begun.objects)).toEqual(['a'])
  expect(names(begun.leftovers)).toEqual(['b'])
})

test('what a finished step no longer declares is left over, whoever made it first', () => {
  const begun = begunUnit({ id: 'u' }, unit([a, object('b', true)]), traces(b, c))
  const done = finishedUnit(begun, unit([a]))
  expect(names(done.leftovers)).toEqual(['b', 'c'])
  expect(done.leftovers?.map((one) => one.adopted)).toEqual([true, false])
  const hooked = finishedUnit(unit([], { hooks: [a] }), unit([], { hooks: [b] }))
  expect(names(hooked.hooks)).toEqual(['b', 'a'])
})
