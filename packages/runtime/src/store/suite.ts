import { afterAll, beforeAll, describe } from 'vitest'
import { attachmentTests } from './suite/attachments.ts'
import { Bench, type StoreHarness, type StoreSuiteOptions } from './suite/harness.ts'
import { objectTests } from './suite/objects.ts'
import { queueTests } from './suite/queue.ts'
import { reachTests } from './suite/reaches.ts'
import { watchTests } from './suite/watch.ts'

export type { StoreHarness, StoreSuiteOptions } from './suite/harness.ts'

/** Registers the tests that every Store must pass. One store serves them all; each test has its own tenant. */
export function storeSuite(options: StoreSuiteOptions): void {
  describe(`Store: ${options.name}`, () => {
    let harness: StoreHarness
    beforeAll(async () => {
      harness = await options.open()
    })
    afterAll(() => harness?.close())
    const bench = async (): Promise<Bench> => new Bench(harness, await harness.newTenant())
    objectTests(bench)
    attachmentTests(bench)
    queueTests(bench, options.propertyRuns)
    reachTests(bench, options.propertyRuns)
    watchTests(bench, options.propertyRuns)
  })
}
