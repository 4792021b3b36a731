import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Given, uidFor } from './values.ts'

const folder = join(import.meta.dirname, '../../../../test/conformance/conversations')
const placeholder = /^<uid-\d+>$/

interface Recorded {
  steps: { exchanges: { operation: string; request: { body?: unknown } }[] }[]
}

/** Bodies that a real client sent, by operation: they get deeper than what a schema alone brings about. */
export function recordedBodies(): Map<string, unknown[]> {
  const bodies = new Map<string, unknown[]>()
  for (const file of readdirSync(folder)) {
    const { steps } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recorded
    for (const { operation, request } of steps.flatMap(({ exchanges }) => exchanges)) {
      if (typeof request.body !== 'object' || request.body === null) continue
      bodies.set(operation, [...(bodies.get(operation) ?? []), request.body])
    }
  }
  return bodies
}

/** The recorded body about objects of this world, under a name of its own. */
export function bodyFrom(given: Given, recorded: unknown, name = ''): unknown {
  if (typeof recorded === 'string') {
    if (placeholder.test(recorded)) return uidFor(given, name)
    return name === 'name' && given.dice.chance(0.8) ? `${recorded}-${given.index}` : recorded
  }
  if (Array.isArray(recorded)) return recorded.map((item) => bodyFrom(given, item, name))
  if (recorded === null || typeof recorded !== 'object') return recorded
  return Object.fromEntries(Object.entries(recorded).map(([key, part]) => [key, bodyFrom(given, part, key)]))
}
