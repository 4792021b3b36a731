/** Frames between a confined process and its owner: lengths first, so that nothing is read beyond what is allowed. */

const LENGTH_BYTES = 4

/** `parts`, each behind its length. */
export const frame = (...parts: readonly Uint8Array[]): Buffer =>
  Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(LENGTH_BYTES)
      length.writeUInt32BE(part.length)
      return [length, part]
    }),
  )

/** Takes parts off a stream. */
export class PartReader {
  readonly #chunks: AsyncIterator<Buffer>
  #held: Buffer = Buffer.alloc(0)

  constructor(stream: AsyncIterable<Buffer>) {
    this.#chunks = stream[Symbol.asyncIterator]()
  }

  /** The next part, or null where the stream ended. Throws `RangeError` when it is longer than `limitBytes`. */
  async next(limitBytes: number): Promise<Buffer | null> {
    const head = await this.#take(LENGTH_BYTES)
    if (head === null) return null
    const length = head.readUInt32BE()
    if (length > limitBytes) throw new RangeError(`${length} bytes, where ${limitBytes} are allowed`)
    return this.#take(length)
  }

  async #take(length: number): Promise<Buffer | null> {
    const chunks = [this.#held]
    let held = this.#held.length
    while (held < length) {
      const { value, done } = await this.#chunks.next()
      if (done) return null
      chunks.push(value)
      held += value.length
    }
    const all = chunks.length === 1 ? this.#held : Buffer.concat(chunks)
    this.#held = all.subarray(length)
    return all.subarray(0, length)
  }
}
