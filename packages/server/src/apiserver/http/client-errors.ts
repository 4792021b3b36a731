import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { ServerContext } from '../../context.ts'
import { errorAnswer } from './errors.ts'

/** URL and headers together; Node counts what stands on the wire. */
export const headBytes = 16 * 1024
/** A client that dribbles its headers holds a connection for so long, and no longer. */
export const headTimeoutMs = 20_000
export const requestTimeoutMs = 60_000

const errors: Record<string, () => AtriumError> = {
  HPE_HEADER_OVERFLOW: () =>
    new AtriumError(
      'HeadersTooLarge',
      `URL and headers are larger than ${headBytes / 1024} KiB. Send fewer or shorter ones.`,
    ),
  ERR_HTTP_REQUEST_TIMEOUT: () =>
    new AtriumError(
      'RequestTimeout',
      `The request did not arrive in time: headers within ${headTimeoutMs / 1000} s, all of it within ${requestTimeoutMs / 1000} s.`,
    ),
}

const malformed = (code: string): AtriumError =>
  new AtriumError('InvalidRequest', `This is not a request in HTTP/1.1 (${code}).`, { details: { field: 'request' } })

/** Answers what was no whole request, in the shape of every other error, and ends the connection. */
export function clientErrorHandler({ random, logger }: ServerContext) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    const { code = '' } = error
    // Node's own addition: what was read of the request.
    const { rawPacket } = error as { rawPacket?: Buffer }
    if (code === 'ECONNRESET' || socket.destroyed) return
    const ref = random.bytes(8).toString('hex')
    const { status, body } = errorAnswer(errors[code]?.() ?? malformed(code), ref)
    logger.info({ ref, status, code: body.code, cause: code }, 'no request')
    const text = JSON.stringify(body)
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(text)}`,
      'Connection: close',
    ]
    // An answer to HEAD has no body: whoever asks takes one for the next answer.
    const shown = rawPacket?.toString('latin1', 0, 5) === 'HEAD ' ? '' : text
    // It may still be sending: what was written is to arrive before the end.
    if (socket.writable) socket.end(`${head.join('\r\n')}\r\n\r\n${shown}`, () => socket.destroy())
    else socket.destroy()
  }
}
