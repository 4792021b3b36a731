import type { Clock } from '@atrium/runtime/base/clock.ts'
import { formatBytes } from '@atrium/toolchain/progress.ts'

/** Tells on standard error how far a transfer is: a line that changes on a terminal, else a line now and then. */
export interface Progress {
  begin(what: string): void
  bytes(count: number): void
  /** A line that stays. */
  say(text: string): void
}

const TERMINAL_EVERY_MS = 200
const LINE_EVERY_MS = 10_000

interface Stream {
  isTTY?: boolean
  write(text: string): unknown
}

export function createProgress(clock: Pick<Clock, 'elapsed'>, stream: Stream = process.stderr): Progress {
  const everyMs = stream.isTTY ? TERMINAL_EVERY_MS : LINE_EVERY_MS
  let what = ''
  let bytes = 0
  let toldAt = clock.elapsed()
  let isOpen = false
  const clear = (): void => {
    if (isOpen) stream.write('\r\u001b[K')
    isOpen = false
  }
  return {
    begin(next) {
      what = next
      bytes = 0
      toldAt = clock.elapsed()
    },
    bytes(count) {
      bytes += count
      if (clock.elapsed() - toldAt < everyMs) return
      toldAt = clock.elapsed()
      const text = `${what}: ${formatBytes(bytes)}`
      if (stream.isTTY) stream.write(`\r${text}\u001b[K`)
      else stream.write(`${text}\n`)
      isOpen = stream.isTTY === true
    },
    say(text) {
      clear()
      stream.write(`${text}\n`)
    },
  }
}
