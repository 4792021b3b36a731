import { open } from 'node:fs/promises'

/** Frames between a confined process and its owner: lengths first, so that nothing is read beyond what is allowed. */

const LENGTH_BYTES = 4

/** The length that stands before a part. */
export const lengthOf = (bytes: number): Buffer => {
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(bytes)
  return length
}

/** `parts`, each behind its length. */
export const frame = (...parts: readonly Uint8Array[]): Buffer =>
  Buffer.concat(parts.flatMap((part) => [lengthOf(part.length), part]))

/** Takes parts off a stream. */
export class PartReader {
  readonly #chunks: AsyncIterator<Buffer>
  #held: Buffer = Buffer.alloc(0)

  constructor(stream: AsyncIterable<Buffer>) {
    this.#chunks = stream[Symbol.asyncIterator]()
  }

  /** The next part, or null where the stream ends before its end. Throws `RangeError` when it is longer than `limitBytes`. */
  async next(limitBytes: number): Promise<Buffer | null> {
    const length = await this.#length(limitBytes)
    return length === null ? null : this.#take(length)
  }

  /** As `next`, into a file: it is never in memory as a whole. False where the stream ends before its end. */
  async nextTo(file: string, limitBytes: number): Promise<boolean> {
    const length = await this.#length(limitBytes)
    if (length === null) return false
    await using handle = await open(file, 'w', 0o600)
    let bytes = 0
    for await (const piece of this.#pieces(length)) {
      await handle.writeFile(piece)
      bytes += piece.length
    }
    return bytes === length
  }

  async #length(limitBytes: number): Promise<number | null> {
    const length = (await this.#take(LENGTH_BYTES))?.readUInt32BE() ?? null
    if (length !== null && length > limitBytes) throw new RangeError(`${length} bytes, where ${limitBytes} are allowed`)
    return length
  }

  async #take(length: number): Promise<Buffer | null> {
    const whole = Buffer.allocUnsafe(length)
    let at = 0
    for await (const piece of this.#pieces(length)) at += piece.copy(whole, at)
    return at === length ? whole : null
  }

  /** So many bytes as they arrive; fewer where the stream ends. */
  async *#pieces(length: number): AsyncGenerator<Buffer> {
    for (let missing = length; missing > 0; ) {
      if (this.#held.length === 0) {
        const { value, done } = await this.#chunks.next()
        if (done) return
        this.#held = value
      }
      const piece = this.#held.subarray(0, missing)
      this.#held = this.#held.subarray(piece.length)
      missing -= piece.length
      yield piece
    }
  }
}
