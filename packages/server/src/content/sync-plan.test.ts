import { describe, expect, it } from 'vitest'
import { isOffered, planSync } from './sync-plan.ts'

const pack = (uid: string, mark: string, more: object = {}, signedBy?: string) => ({
  uid,
  spec: {
    version: '1.0.0',
    repository: 'kept/web',
    digest: mark,
    annotations: {},
    source: { place: 'web:1.0.0', mark, ...(signedBy && { signedBy }) },
    ...more,
  },
})
const gone = { annotations: { system_state: 'deleted' } }
const web = (mark: string) => ({ place: 'web:1.0.0', mark })
const problem = { ...web('b'), message: 'broken' }

describe('what a sync does', () => {
  it.each([
    ['reads what is new', [web('a')], [], {}, { read: ['a'] }],
    ['leaves alone what is the same', [web('a')], [pack('p', 'a')], {}, {}],
    ['reads other content, and lets the former stand until then', [web('b')], [pack('p', 'a')], {}, { read: ['b'] }],
    ['marks what is gone, once', [], [pack('p', 'a'), pack('q', 'b', gone)], {}, { vanished: ['p'] }],
    ['takes back what returns', [web('a')], [pack('p', 'a', gone)], {}, { returned: ['p'] }],
    [
      'lets content that was replaced stand again',
      [web('a')],
      [pack('p', 'a', { replacedBy: 'q' }), pack('q', 'b')],
      {},
      { returned: ['p'] },
    ],
    ['does not look twice at what is broken', [web('b')], [], { problems: [problem] }, { stillBroken: ['b'] }],
    ['looks again when that changed', [web('c')], [], { problems: [problem] }, { read: ['c'] }],
    [
      'withdraws and reads again what has not the signature',
      [web('a')],
      [pack('p', 'a')],
      { signedBy: 'k' },
      { read: ['a'], vanished: ['p'] },
    ],
    ['trusts what has it', [web('a')], [pack('p', 'a', {}, 'k')], { signedBy: 'k' }, {}],
    [
      'takes nothing back without it',
      [web('a')],
      [pack('p', 'a', gone)],
      { signedBy: 'k', problems: [{ ...problem, mark: 'a' }] },
      { stillBroken: ['a'] },
    ],
  ])('%s', (_name, offers, known, policy, expected) => {
    const plan = planSync(offers, known, policy)
    const marks = (list: { mark: string }[]) => list.map(({ mark }) => mark)
    expect({ ...plan, read: marks(plan.read), stillBroken: marks(plan.stillBroken) }).toEqual({
      ...{ read: [], stillBroken: [], vanished: [], returned: [] },
      ...expected,
    })
  })

  it('offers neither what is gone nor what is replaced', () => {
    const all = [pack('p', 'a'), pack('q', 'b', gone), pack('r', 'c', { replacedBy: 'p' })]
    expect(all.filter(isOffered).map(({ uid }) => uid)).toEqual(['p'])
  })
})
