import type { Hash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Writable } from 'node:stream'

/** A file that is hashed as it is written; it has finished once all of it is in the file. */
export function hashingFile(file: string, hash: Hash): Writable {
  const out = createWriteStream(file, { mode: 0o600 })
  // Whoever writes is told by each write; what still waits when it is given up is told to nobody.
  out.on('error', () => undefined)
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      out.write(chunk, done)
    },
    final: (done) => void out.end(done),
    destroy(error, done) {
      out.destroy()
      done(error)
    },
  })
}
