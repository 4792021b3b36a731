import { createHash } from 'node:crypto'
import { systemActor } from '@atrium/runtime/controller/actor.ts'

export const contentActor = systemActor('content')
/** Holds a registry until its packs are gone. */
export const contentFinalizer = 'content'

/** A uid that is the same for the same parts, on every server and after a restore: what exists is found again instead of made twice. */
export const derivedUid = (...parts: string[]): string =>
  createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 24)
