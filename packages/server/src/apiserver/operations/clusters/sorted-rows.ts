/** Rows in one order that stays while they come, go and change. The order is total: no two rows are equal in it. */
export class SortedRows<Row> {
  readonly #compare: (a: Row, b: Row) => number
  readonly #passes: (row: Row) => boolean
  readonly #rows: Row[]

  static of<Row>(rows: Iterable<Row>, compare: (a: Row, b: Row) => number): SortedRows<Row> {
    return new SortedRows([...rows].sort(compare), compare, () => true)
  }

  private constructor(sorted: Row[], compare: (a: Row, b: Row) => number, passes: (row: Row) => boolean) {
    this.#rows = sorted
    this.#compare = compare
    this.#passes = passes
  }

  get rows(): readonly Row[] {
    return this.#rows
  }

  /** Those of them that pass now, in the same order; what becomes of the rows later is told to it as to this one. */
  where(passes: (row: Row) => boolean): SortedRows<Row> {
    return new SortedRows(this.#rows.filter(passes), this.#compare, passes)
  }

  /** `after` takes the place of `before`, which was told as `after` earlier; null = there is none on that side. */
  replace(before: Row | null, after: Row | null): void {
    const [old, fresh] = [this.#own(before), this.#own(after)]
    if (old !== null && fresh !== null && this.#compare(old, fresh) === 0) {
      this.#rows[this.#placeOf(old)] = fresh
      return
    }
    if (old !== null) this.#rows.splice(this.#placeOf(old), 1)
    if (fresh !== null) this.#rows.splice(this.#placeOf(fresh), 0, fresh)
  }

  #own(row: Row | null): Row | null {
    return row !== null && this.#passes(row) ? row : null
  }

  /** Where the row is, or belongs. */
  #placeOf(row: Row): number {
    let [low, high] = [0, this.#rows.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#compare(this.#rows[middle] as Row, row) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
