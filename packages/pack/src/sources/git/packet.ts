import { packError } from '../../format/problems.ts'

/** One line of git's wire protocol; the empty one is `flush` or `delimiter`. */
export type Packet = Buffer | 'flush' | 'delimiter'

export const flush = '0000'
export const delimiter = '0001'
export const packet = (text: string): string => (text.length + 4).toString(16).padStart(4, '0') + text

/** Cuts a stream into packets. */
export async function* packetsOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Packet> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of stream) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    while (rest.length - at >= 4) {
      const length = lengthAt(rest, at)
      if (length === 0 || length === 1) {
        yield length === 0 ? 'flush' : 'delimiter'
        at += 4
        continue
      }
      if (rest.length - at < length) break
      yield rest.subarray(at + 4, at + length)
      at += length
    }
    rest = rest.subarray(at)
  }
  if (rest.length > 0) throw packError('git', 'the server broke off')
}

function lengthAt(buffer: Buffer, at: number): number {
  const text = buffer.toString('latin1', at, at + 4)
  const length = Number.parseInt(text, 16)
  if (!/^[0-9a-f]{4}$/i.test(text) || length === 2 || length === 3)
    throw packError('git', 'the server speaks no protocol of git')
  return length
}
