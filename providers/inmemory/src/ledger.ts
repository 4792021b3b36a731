/** One thing that came into being or went away. `thing`: `cluster <uid>` or `machine <uid>/<name>`. */
export interface LedgerEntry {
  atMs: number
  action: 'created' | 'removed'
  thing: string
}

/**
 * What the cloud really made and removed, in order. The cloud alone writes it and nobody rewrites it: it judges the
 * system that used the cloud, whatever that system believes, loses or repeats.
 */
export class Ledger {
  readonly #entries: LedgerEntry[] = []
  readonly #sink: (entry: LedgerEntry) => void

  /** `sink` takes each entry as it is written, e.g. into a file that outlives the process. */
  constructor(sink: (entry: LedgerEntry) => void = () => undefined) {
    this.#sink = sink
  }

  get entries(): readonly LedgerEntry[] {
    return this.#entries
  }

  record(entry: LedgerEntry): void {
    this.#entries.push(entry)
    this.#sink(entry)
  }

  /** What was created and not removed since. */
  standing(): string[] {
    const standing = new Set<string>()
    for (const { action, thing } of this.#entries)
      if (action === 'created') standing.add(thing)
      else standing.delete(thing)
    return [...standing]
  }

  /** Things that were created more than once: a name that was used is never used again. */
  doubled(): string[] {
    const created = this.#entries.filter(({ action }) => action === 'created').map(({ thing }) => thing)
    return created.filter((thing, index) => created.indexOf(thing) !== index)
  }
}
