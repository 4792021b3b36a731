import type { DesiredLayer } from '@atrium/api/link/desired-state.ts'
import { expect, test } from 'vitest'
import { layerKey, newRecord } from '../layers/records.ts'
import { rehearse } from './order.ts'

const layer = (name: string, priority = 0, values = 'v', profile = 'p'): DesiredLayer => ({
  ...{ id: `${profile}/${name}`, name, profileUid: 'u', packUid: 'u', version: '1', kind: 'addon', priority },
  ...{ valuesDigest: values, manifests: [], namespace: 'default' },
})
const installed = (one: DesiredLayer, order = 0) => ({ ...newRecord(one, order), key: layerKey(one) })
const line = ({ id, step, after }: ReturnType<typeof rehearse>[number]): string =>
  `${step} ${id}${after.length > 0 ? ` after ${after.join(', ')}` : ''}`

test.each<[string, DesiredLayer[], DesiredLayer[], string[], string[]]>([
  ['nothing when all is in place', [layer('a'), layer('b', 1)], [layer('a'), layer('b', 1)], [], []],
  [
    'stages one after another, layers of one in the order given',
    [layer('late', 2), layer('b'), layer('a')],
    [],
    [],
    ['install p/b', 'install p/a', 'install p/late after b, a'],
  ],
  [
    'an update, and what waits for it; what comes after it and is in place stays',
    [layer('a', 0, 'other'), layer('b', 1), layer('c', 2)],
    [layer('a'), layer('b', 1)],
    [],
    ['update p/a', 'install p/c after a'],
  ],
  [
    'removal as soon as the first stage is on its way, the last first',
    [layer('a', 0, 'other'), layer('z', 1)],
    [layer('a'), layer('old'), layer('older')],
    [],
    ['update p/a', 'remove p/older', 'remove p/old', 'install p/z after a'],
  ],
  [
    'a layer under another profile before the former one goes',
    [layer('a', 0, 'v', 'q')],
    [layer('a')],
    [],
    ['install q/a', 'remove p/a'],
  ],
  [
    'a layer in place that is not ready holds up what comes after it',
    [layer('a'), layer('b', 1)],
    [layer('a')],
    ['p/a'],
    ['install p/b after a'],
  ],
])('the order is %s', (_what, wanted, present, unready, steps) => {
  const records = present.map((one, index) => installed(one, index))
  expect(rehearse(wanted, records, ({ id }) => !unready.includes(id)).map(line)).toEqual(steps)
})

test('what was cut off is done again', () => {
  const [one] = [layer('a')]
  const record = { ...installed(one as DesiredLayer), attempted: 'something' }
  expect(rehearse([one as DesiredLayer], [record], () => true).map(line)).toEqual(['update p/a'])
})
