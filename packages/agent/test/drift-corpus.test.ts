import { afterAll, beforeAll, expect, test } from 'vitest'
import { corpus, fights } from './support/corpus.ts'
import { type Judged, matrixOf, printed, verdictOf } from './support/corpus-matrix.ts'
import { askPeer, printedPeer } from './support/corpus-peer.ts'
import { type CorpusCluster, runCase, runFight, startCorpusCluster } from './support/corpus-run.ts'

/** `--all`: another tool judges the same cases; it takes minutes to build. */
const isWhole = process.env.ATRIUM_TEST_ALL === '1'
const PEER_LIMIT_MS = 15 * 60_000

let cluster: CorpusCluster
const judged: Judged[] = []
beforeAll(async () => {
  cluster = await startCorpusCluster({ forPeer: isWhole })
})
afterAll(() => cluster?.stop())

test('the corpus is large, and no case is in it twice', () => {
  expect(corpus.length).toBeGreaterThanOrEqual(120)
  const names = corpus.map(({ group, name }) => `${group}: ${name}`)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})

test.concurrent.each(corpus.map((one, index) => ({ ...one, index })))('$group: $name', async (one) => {
  const outcome = await runCase(cluster, one, one.index)
  judged.push({ one, outcome })
  const expected = Array.isArray(one.verdict) ? one.verdict.toSorted() : one.verdict
  expect({ verdict: verdictOf(outcome), found: outcome.found }).toMatchObject({ verdict: expected })
  if (one.changedBy) expect(outcome.found?.message).toContain(`changed by ${one.changedBy};`)
  if (one.verdict === 'none' || one.verdict === 'terminating') return
  expect(outcome.repaired).toMatchObject({ state: one.refused ? 'failed' : 'repaired' })
  if (!one.refused) expect(outcome.after).toBeUndefined()
  if (one.keeps) expect(outcome.healed).toMatchObject(one.keeps)
})

test.concurrent.each(fights)('a fight is told, not fought: $name', async (one) => {
  const { told, resting, isLeft, rested } = await runFight(cluster, one, 6)
  expect(told.map((report) => report?.state)).toEqual([...Array(5).fill('repaired'), 'failed'])
  const cause = one.changedBy ? `changed by ${one.changedBy}` : 'deleted'
  for (const report of [told.at(-1), resting])
    expect(report).toMatchObject({
      ...{ state: 'failed', contestedBy: one.changedBy ?? '' },
      message: expect.stringContaining(`contested: ${cause} again and again`),
    })
  expect(isLeft).toBe(true)
  expect(rested).toMatchObject({ state: 'repaired' })
})

test('no drift is missed, and none is seen where there is none', () => {
  console.log(printed(judged))
  expect(judged).toHaveLength(corpus.length)
  expect(matrixOf(judged)).toMatchObject({ missed: 0, false: 0 })
})

test.skipIf(!isWhole)(
  'another tool is asked about the same objects',
  async () => {
    const cases = cluster.forPeer ?? []
    const answers = await askPeer(cluster.kubeconfigPath, cases)
    console.log(`${printed(judged)}\n${printedPeer(answers)}`)
    const kept = corpus.filter(({ unguarded }) => !unguarded)
    expect([cases.length, answers.length]).toEqual([kept.length, 3 * kept.length])
  },
  PEER_LIMIT_MS,
)
