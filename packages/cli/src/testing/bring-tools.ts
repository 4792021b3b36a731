import { systemClock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { toolNames } from '@atrium/toolchain/catalogue.ts'
import { progressLines } from '@atrium/toolchain/progress.ts'
import { ensureTools } from '@atrium/toolchain/tools.ts'

// Brings all tools into the cache. A process of its own, so that it ends with everything it started when its time is up.
const say = (line: string): void => void process.stdout.write(`${line}\n`)
try {
  await ensureTools(toolNames, { onProgress: progressLines(say, systemClock) })
} catch (error) {
  say(messageOf(error))
  process.exitCode = 1
}
