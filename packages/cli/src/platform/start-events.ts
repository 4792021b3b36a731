import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { hasCode } from '@atrium/runtime/base/files.ts'
import type { PlatformEvent } from '@atrium/toolchain/platform.ts'

/** Answers what was written to the progress file since the last time it was asked; nothing while there is no file. */
export function eventReader(file: string): () => PlatformEvent[] {
  let offset = 0
  return () => {
    const added = readFrom(file, offset)
    // Whole lines only: the last one may still be being written.
    const whole = added.subarray(0, added.lastIndexOf('\n') + 1)
    offset += whole.length
    return whole
      .toString('utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as PlatformEvent)
  }
}

function readFrom(path: string, offset: number): Buffer {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return Buffer.alloc(0)
    throw error
  }
  try {
    const buffer = Buffer.alloc(Math.max(0, fstatSync(file).size - offset))
    return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, offset))
  } finally {
    closeSync(file)
  }
}
