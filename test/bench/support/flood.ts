/**
 * A tenant that asks for pages as fast as it is answered, over 64 connections, in a process of its own. The argument is a
 * `ApiTarget` as JSON. Tells how often it was answered and refused when its parent asks it to stop.
 */
import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { ApiTarget } from './api-client.ts'
import { openSearchClient, SearchRefused } from './search-client.ts'

const AT_ONCE = 64
/** One that is refused does not turn into a loop of its own. */
const REFUSED_MS = 5
const client = openSearchClient(JSON.parse(process.argv[2] ?? '{}') as ApiTarget)
const counts = { answered: 0, refused: 0 }
let isStopping = false

const ask = async (): Promise<void> => {
  while (!isStopping) {
    try {
      await client.search({ project: null, limit: 100, offset: 0, body: { filter: {}, sort: [] } })
      counts.answered += 1
    } catch (error) {
      if (!(error instanceof SearchRefused)) throw error
      counts.refused += 1
      await systemClock.sleep(REFUSED_MS)
    }
  }
}

process.once('message', () => {
  isStopping = true
})
await Promise.all(Array.from({ length: AT_ONCE }, ask))
client.close()
process.send?.(counts)
process.disconnect()
