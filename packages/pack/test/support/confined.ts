import { readFileSync } from 'node:fs'
import { ConfinedError } from '@atrium/runtime/confined/error.ts'
import type { PackReader } from '../../src/confined/pack-reader.ts'

/** True when a process ended, or a limit did, instead of an answer. */
export const brokeLimits = (error: unknown): boolean => error instanceof Error && error.cause instanceof ConfinedError

/** What the processes of a reader did to the world, as the kernel counts it: packets of any kind, bytes written to a disk. */
export function tracesOf({ wall, pids }: Pick<PackReader, 'wall' | 'pids'>): string[] {
  if (wall !== 'whole') return []
  return pids.flatMap((pid) => {
    const of = (file: string): string => readFileSync(`/proc/${pid}/${file}`, 'utf8')
    const sent = of('net/dev')
      .split('\n')
      .slice(2)
      .filter((line) => /[1-9]/.test(line.slice(line.indexOf(':'))))
    const written = /^write_bytes: [1-9].*$/m.exec(of('io'))
    return [...sent, ...(written ?? [])]
  })
}
