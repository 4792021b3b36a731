import { pipeline, type Readable, Transform } from 'node:stream'
import { EgressError } from './error.ts'

/** Passes the body on and fails it beyond `maxBytes`. */
export const boundedStream = (body: Readable, maxBytes: number, host: string): Readable => {
  let seenBytes = 0
  const gate = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seenBytes += chunk.length
      if (seenBytes > maxBytes) return done(new EgressError('too-large', `${host} sent more than ${maxBytes} bytes.`))
      done(null, chunk)
    },
  })
  // The reader sees the failure on `gate`; the callback only keeps it from being thrown twice.
  pipeline(body, gate, () => undefined)
  return gate
}

export const readAll = async (stream: Readable): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Drops an unread body. undici reports that as an error on the stream, which nobody is left to hear. */
export const discardBody = (body: Readable): void => {
  body.on('error', () => undefined).destroy()
}
