import { expect, test } from 'vitest'
import { passesFilter, type TagFilter } from './tags.ts'

const condition = (key: string, values: string[] = [], negation = false) => ({ key, values, negation })
const all = (...conditions: TagFilter['conditions']): TagFilter => ({ conjunction: 'and', conditions })
const some = (...conditions: TagFilter['conditions']): TagFilter => ({ conjunction: 'or', conditions })
const blue = { team: 'blue', stage: 'test' }

test.each<[string, TagFilter, Record<string, string>, boolean]>([
  ['a value that is there', all(condition('team', ['red', 'blue'])), blue, true],
  ['another value', all(condition('team', ['red'])), blue, false],
  ['a value in other letters', all(condition('team', ['Blue'])), blue, false],
  ['a key that is not there', all(condition('zone', ['eu'])), blue, false],
  ['a key with any value', all(condition('team')), blue, true],
  ['no key with any value', all(condition('zone')), blue, false],
  ['not that value', all(condition('team', ['red'], true)), blue, true],
  ['not that value, where the key is missing', all(condition('zone', ['eu'], true)), blue, true],
  ['not one of them, though it is', all(condition('team', ['red', 'blue'], true)), blue, false],
  ['without a key', all(condition('zone', [], true)), blue, true],
  ['both', all(condition('team', ['blue']), condition('stage', ['live'])), blue, false],
  ['either', some(condition('team', ['blue']), condition('stage', ['live'])), blue, true],
  ['neither', some(condition('team', ['red']), condition('stage', ['live'])), blue, false],
  ['nothing asked', all(), blue, false],
  ['nothing asked, of either', some(), blue, false],
  ['what every object inherits is no label', all(condition('constructor')), {}, false],
])('%s', (_what, filter, labels, passes) => {
  expect(passesFilter(filter, labels)).toBe(passes)
})
