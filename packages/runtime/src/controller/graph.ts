import type { Declaration } from './reconciler.ts'

/** Refuses a plane in which two parts would write the same thing, or one reconciler's kind is claimed twice. */
export function checkGraph(declarations: readonly Declaration[]): void {
  const owners = new Map<string, string>()
  const claim = (thing: string, name: string): void => {
    const other = owners.get(thing)
    if (other !== undefined) throw new Error(`${thing} has two writers: ${other} and ${name}`)
    owners.set(thing, name)
  }
  for (const { name, kind, ownsConditions, owns } of declarations) {
    for (const type of ownsConditions) claim(`condition ${kind}.${type}`, name)
    for (const owned of owns) claim(`kind ${owned}`, name)
  }
}

/** The graph for people: who reads and writes what, a line each. */
export const describeGraph = (declarations: readonly Declaration[]): string =>
  declarations
    .map(({ name, kind, ownsConditions, reads, owns }) =>
      [
        `${name}: ${kind}`,
        reads.length > 0 ? `reads ${reads.join(', ')}` : '',
        owns.length > 0 ? `writes ${owns.join(', ')}` : '',
        ownsConditions.length > 0 ? `conditions ${ownsConditions.join(', ')}` : '',
      ]
        .filter(Boolean)
        .join('; '),
    )
    .join('\n')
