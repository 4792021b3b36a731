import type { AddressInfo } from 'node:net'
import { FakeCloud } from '@atrium/provider-inmemory/cloud.ts'
import { createInMemoryProvider } from '@atrium/provider-inmemory/provider.ts'
import { parsePool } from '@atrium/provider-local/provider/parse-pool.ts'
import { loadContract } from '@atrium/server/apiserver/http/table.ts'
import { operations as registered } from '@atrium/server/apiserver/operations/index.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { problemOf } from './fuzz/judge.ts'
import { recordedBodies } from './fuzz/recorded.ts'
import { type FuzzRequest, requestFor, type World } from './fuzz/request.ts'
import { openSender } from './fuzz/send.ts'
import { addPacks, openFuzzWorld } from './fuzz/world.ts'
import { openTestApi, type TestApi } from './support/api.ts'

/**
 * Requests that fit the contract, and what is made of them by breaking them, at the whole API on a real database, over real
 * connections: no failure of ours, no answer that the contract does not know, and every error says what is wrong where.
 * `ATRIUM_FUZZ=SEED:FIRST:LAST` plays those cases again.
 */
const [seed = 1, first = 0, last = process.env.ATRIUM_TEST_ALL === '1' ? 99_999 : 3_999] =
  process.env.ATRIUM_FUZZ?.split(':').map(Number) ?? []
/** A new world before too much of it was deleted. */
const casesPerWorld = 2_500
const worldOf = (index: number): number => Math.floor(index / casesPerWorld)
const atOnce = 8
const mostGrowthBytes = 300 * 2 ** 20

const { operations, schemas } = loadContract()
const handled = new Set(registered.map(({ id }) => id as string))
const source = {
  seed,
  schemas,
  // Streams do not end; what is not built yet answers before anything is read.
  operations: operations.filter(({ id, produces }) => handled.has(id) && produces !== 'text/event-stream'),
  recorded: recordedBodies(),
}

let api: TestApi
let port: number
beforeAll(async () => {
  const provider = { ...createInMemoryProvider(new FakeCloud()), cloudType: 'local', parsePool }
  api = await openTestApi({ providers: [provider] })
  await addPacks(api)
  await api.app.listen({ port: 0, host: '127.0.0.1' })
  port = (api.app.server.address() as AddressInfo).port
})
afterAll(() => api.close())

const told = ({ index, operation, method, path, changes }: FuzzRequest, problem: string): string =>
  [
    `${operation.id}, case ${index} (${changes.join(', ') || 'unchanged'}): ${problem}`,
    `  ${method} ${path.slice(0, 300)}`,
    `  ATRIUM_FUZZ=${seed}:${index}:${index} npx vitest run packages/server/test/fuzz.test.ts`,
    `  with all before it in its world: ATRIUM_FUZZ=${seed}:${worldOf(index) * casesPerWorld}:${index}`,
  ].join('\n')

/** Sends these cases; returns what is wrong, and counts the statuses. */
async function play(world: World, from: number, to: number, statuses: Map<number, number>): Promise<string[]> {
  const sender = openSender(port)
  const problems: string[] = []
  let next = from
  const worker = async (): Promise<void> => {
    for (let index = next++; index <= to; index = next++) {
      const request = requestFor(source, world, index)
      const answer = await sender.send(request)
      const problem = problemOf(request, answer)
      if (problem !== null) problems.push(told(request, problem))
      statuses.set(answer?.status ?? 0, (statuses.get(answer?.status ?? 0) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  sender.close()
  return problems
}

test('whatever is asked, the answer says what is wrong with it', { timeout: 3_600_000 }, async () => {
  const statuses = new Map<number, number>()
  const problems: string[] = []
  let held: number | null = null
  for (let from = first; from <= last; ) {
    const to = Math.min(last, (worldOf(from) + 1) * casesPerWorld - 1)
    problems.push(...(await play(await openFuzzWorld(api), from, to, statuses)))
    from = to + 1
    held ??= process.memoryUsage().heapUsed
  }
  process.stdout.write(`fuzz: ${JSON.stringify(Object.fromEntries(statuses))}\n`)
  expect(problems.slice(0, 40).join('\n')).toBe('')
  expect(api.violations).toEqual([])
  expect(process.memoryUsage().heapUsed - (held ?? 0), 'growth of the heap in bytes').toBeLessThan(mostGrowthBytes)
  const good = [...statuses].filter(([status]) => status < 300).reduce((sum, [, count]) => sum + count, 0)
  if (first !== last) expect(good / (last - first + 1), 'the share that handlers carried out').toBeGreaterThan(0.1)
})
