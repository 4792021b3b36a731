import { createHash } from 'node:crypto'
import { systemActor } from '@atrium/runtime/controller/actor.ts'

/** Content that every tenant may use (the platform's registry and its packs) lives in this tenant. */
export const systemTenant = 'system'

export const contentActor = systemActor('content')

/** A uid that is the same for the same parts, on every server and after a restore: what exists is found again instead of made twice. */
export const derivedUid = (...parts: string[]): string =>
  createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 24)
