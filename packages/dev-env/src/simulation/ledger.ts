import type { Report } from './problems.ts'

export interface LedgerEntry {
  atMs: number
  change: 'created' | 'removed'
  /** As the cloud's inventory names it: `cluster <uid>`, `machine <uid>/<name>`. */
  thing: string
  /** The operation that did it: its key and its cluster; empty when it was the cloud itself. */
  cause: string
}

/** Checker: what the cloud was made to create and remove, kept outside of the system under test. Nothing is ever erased. */
export class Ledger {
  readonly entries: LedgerEntry[] = []
  readonly #report: Report

  constructor(report: Report) {
    this.#report = report
  }

  write(entry: LedgerEntry): void {
    if (entry.change === 'created') this.#check(entry)
    this.entries.push(entry)
  }

  /** One operation makes one thing, once; what was removed does not come back; nothing is made in what is gone. */
  #check({ thing, cause }: LedgerEntry): void {
    const created = this.entries.filter(({ change }) => change === 'created')
    if (created.some((entry) => entry.thing === thing)) this.#report('ledger', `${thing} was created twice`)
    const twin = created.find((entry) => entry.cause === cause)
    if (twin) this.#report('ledger', `${cause} created ${thing} after it had created ${twin.thing}`)
  }

  /** At rest: what exists and nobody declares, or is declared and missing. */
  compare(inventory: readonly string[], declared: readonly { cluster: string; machines: number }[]): string[] {
    const expected = new Set(declared.map(({ cluster }) => cluster))
    const orphans = inventory.filter((thing) => !expected.has(clusterOf(thing)))
    const wrong = declared.flatMap(({ cluster, machines }) => {
      const found = inventory.filter((thing) => thing.startsWith('machine ') && clusterOf(thing) === cluster).length
      const exists = inventory.includes(`cluster ${cluster}`)
      if (!exists) return [`cluster ${cluster} is not in the cloud`]
      return found === machines ? [] : [`cluster ${cluster} has ${found} of ${machines} machines`]
    })
    return [...orphans.map((thing) => `${thing} is an orphan`), ...wrong]
  }
}

const clusterOf = (thing: string): string => /^\w+ ([^/]+)/.exec(thing)?.[1] ?? ''
