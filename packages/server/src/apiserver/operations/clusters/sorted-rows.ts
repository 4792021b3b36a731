/** Rows in one order that stays while they come, go and change. The order is total: no two rows are equal in it. */
export class SortedRows<Row> {
  readonly #compare: (a: Row, b: Row) => number
  readonly #rows: Row[]

  constructor(rows: Iterable<Row>, compare: (a: Row, b: Row) => number) {
    this.#compare = compare
    this.#rows = [...rows].sort(compare)
  }

  get rows(): readonly Row[] {
    return this.#rows
  }

  /** Takes the place of `before`, which is one of the rows; null = there is none on that side. */
  replace(before: Row | null, after: Row | null): void {
    if (before !== null && after !== null && this.#compare(before, after) === 0) {
      this.#rows[this.#placeOf(before)] = after
      return
    }
    if (before !== null) this.#rows.splice(this.#placeOf(before), 1)
    if (after !== null) this.#rows.splice(this.#placeOf(after), 0, after)
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
