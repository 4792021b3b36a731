/** Versions of objects as they were last read or changed here: what changes one of them is held to it. */
export class Versions {
  /** ETags by the path of the object. */
  readonly #byPath = new Map<string, string>()

  /** The version that a change of this, or of a part of it, is to find. */
  expectedAt(path: string): string | undefined {
    return [...this.#byPath].find(([known]) => path === known || path.startsWith(`${known}/`))?.[1]
  }

  read(path: string, etag: string | null): void {
    if (etag !== null) this.#byPath.set(path, etag)
  }

  /** A change was carried out that expected `former`. One object may be known under two paths. */
  changed(former: string | undefined, etag: string | null): void {
    if (former === undefined || etag === null) return this.#byPath.clear()
    for (const [path, known] of this.#byPath) if (known === former) this.#byPath.set(path, etag)
  }
}
