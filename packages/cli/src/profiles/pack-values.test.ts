import { expect, it } from 'vitest'
import { tellUpgrade } from './pack-values.ts'

it('an upgrade tells what follows the new default, and both texts where it cannot decide', () => {
  const conflict = { path: 'charts.web.size', line: 4, old: 'size: 1', yours: 'size:\n  big: true', new: null }
  const answer = {
    from: '1.0.0',
    to: '2.0.0',
    packUid: 'u',
    values: '',
    taken: ['a.b'],
    conflicts: [conflict],
    saved: false,
  }
  expect(tellUpgrade('web', answer)).toBe(`web 1.0.0 → 2.0.0
  follows the new default: a.b
  both changed charts.web.size (line 4):
    old   size: 1
    yours size:
            big: true
    new   (not there)
`)
})
