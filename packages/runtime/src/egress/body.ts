import { pipeline, type Readable, Transform } from 'node:stream'
import { EgressError } from './error.ts'

const tooLarge = (host: string, maxBytes: number): EgressError =>
  new EgressError('too-large', `${host} sent more than ${maxBytes} bytes.`)

/** Passes the body on and fails it beyond `maxBytes`. */
export const boundedStream = (body: Readable, maxBytes: number, host: string): Readable => {
  let seenBytes = 0
  const gate = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seenBytes += chunk.length
      if (seenBytes > maxBytes) return done(tooLarge(host, maxBytes))
      done(null, chunk)
    },
  })
  // The reader sees the failure on `gate`; the callback only keeps it from being thrown twice.
  pipeline(body, gate, () => undefined)
  return gate
}

/** The whole body. Throws `EgressError` beyond `maxBytes`. */
export const readAll = async (body: Readable, maxBytes: number, host: string): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let seenBytes = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    seenBytes += chunk.length
    if (seenBytes > maxBytes) throw tooLarge(host, maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Drops an unread body. undici reports that as an error on the stream, which nobody is left to hear. */
export const discardBody = (body: Readable): void => {
  body.on('error', () => undefined).destroy()
}
