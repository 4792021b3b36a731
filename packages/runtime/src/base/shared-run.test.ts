import { expect, test } from 'vitest'
import { SharedRun } from './shared-run.ts'

test('who asks while a run goes on gets the next one, which all of them share', async () => {
  let committed = 0
  let begun = 0
  const release = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const runs = new SharedRun(async () => {
    const seen = committed
    await release[begun++]?.promise
    return seen
  })
  const early = [runs.run(), runs.run()]
  await Promise.resolve()
  await Promise.resolve()
  await expect.poll(() => begun).toBe(1)
  committed = 1
  const late = [runs.run(), runs.run(), runs.run()]
  release[0]?.resolve()
  expect(await Promise.all(early)).toEqual([0, 0])
  await expect.poll(() => begun).toBe(2)
  release[1]?.resolve()
  expect(await Promise.all(late)).toEqual([1, 1, 1])
  expect([begun, runs.isIdle]).toEqual([2, true])
})

test('one that fails fails for those who waited for it, and no others', async () => {
  let begun = 0
  const runs = new SharedRun(async () => {
    begun += 1
    if (begun === 1) throw new Error('away')
    return begun
  })
  const first = runs.run()
  await expect(first).rejects.toThrow('away')
  expect(await runs.run()).toBe(2)
})
