import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { writeFileAtomically } from '@atrium/runtime/base/files.ts'
import type { PlatformEvent } from '@atrium/toolchain/platform.ts'

/** Tells how far a start is, in a file that others follow. */
export interface Progress {
  tell(step: PlatformEvent['step'], message: string, done?: number, total?: number | null): void
}

/** Begins the file anew: what an earlier start wrote is gone. */
export const openProgress = (file: string, clock: Clock): Progress => {
  const beganMs = clock.now()
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileAtomically(file, '')
  return {
    tell(step, message, done = 0, total = null) {
      const event: PlatformEvent = { step, message, done, total, elapsedMs: clock.now() - beganMs }
      appendFileSync(file, `${JSON.stringify(event)}\n`)
    },
  }
}
