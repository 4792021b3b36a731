import { expect, it } from 'vitest'
import { Batches, settleAll } from './batches.ts'

interface Item {
  agent: { tenant: string; clusterUid: string }
}
const item = (clusterUid: string, tenant = 't'): Item => ({ agent: { tenant, clusterUid } })
const names = (items: readonly Item[]): string[] => items.map(({ agent }) => agent.clusterUid)

/** Batches whose work ends when it is let. */
function held() {
  const begun: { tenant: string; names: string[]; end: () => void }[] = []
  const batches = new Batches<Item, string>(async (tenant, items) => {
    await new Promise<void>((end) => begun.push({ tenant, names: names(items), end }))
    return items.map(({ agent }) => ({ status: 'fulfilled', value: agent.clusterUid }))
  })
  return { begun, batches }
}

it('does at once what comes alone, and together what comes meanwhile', async () => {
  const { begun, batches } = held()
  const all = ['a', 'b', 'c', 'd', 'e'].map((name) => batches.run(item(name)))
  expect(begun.map((one) => one.names)).toEqual([['a'], ['b']])
  begun[0]?.end()
  expect(await all[0]).toBe('a')
  await Promise.resolve()
  expect(begun[2]?.names).toEqual(['c', 'd', 'e'])
  for (const { end } of begun) end()
  expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd', 'e'])
})

it('never has a cluster twice in one batch, nor two tenants', async () => {
  const { begun, batches } = held()
  const first = [batches.run(item('a')), batches.run(item('b'))]
  const rest = [batches.run(item('c')), batches.run(item('c')), batches.run(item('d', 'other'))]
  for (const { end } of begun) end()
  await Promise.all(first)
  await Promise.resolve()
  expect(begun.map(({ tenant, names: of }) => [tenant, ...of])).toEqual([
    ...[
      ['t', 'a'],
      ['t', 'b'],
      ['other', 'd'],
    ],
    ...[
      ['t', 'c'],
      ['t', 'c'],
    ],
  ])
  for (const { end } of begun) end()
  await Promise.all(rest)
})

it('tells apart what fails by itself, and repeats the others one by one when they fail with it', async () => {
  const done: string[][] = []
  const batches = new Batches<Item, string>(async (_tenant, items) => {
    if (names(items).includes('bad')) throw new Error('spoilt')
    done.push(names(items))
    return settleAll(
      items,
      async ({ agent: { clusterUid } }) => {
        if (clusterUid === 'refused') throw new RangeError('refused')
        return clusterUid
      },
      (error) => error instanceof RangeError,
    )
  })
  const run = ['1', '2', 'good', 'bad', 'refused'].map((name) => batches.run(item(name)))
  const [, , good, bad, refused] = await Promise.allSettled(run)
  expect(good).toEqual({ status: 'fulfilled', value: 'good' })
  expect(bad).toEqual({ status: 'rejected', reason: new Error('spoilt') })
  expect(refused).toEqual({ status: 'rejected', reason: new RangeError('refused') })
  expect(done).toContainEqual(['good'])
})
