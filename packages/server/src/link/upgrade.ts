import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { linkLimits } from '@atrium/api/link/protocol.ts'
import type { RateLimiter } from '@atrium/runtime/base/rate-limit.ts'
import { WebSocketServer } from 'ws'
import type { LinkGate } from './gate.ts'
import type { LinkHub } from './hub.ts'

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/** Turns upgrade requests for `/link/v1/connect` into link sessions, and refuses all others. */
export const linkUpgradeHandler = (hub: LinkHub, gate: LinkGate, limiter: RateLimiter): UpgradeHandler => {
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: linkLimits.messageBytes,
    perMessageDeflate: false,
  })
  return (request, socket, head) => {
    // Until `ws` takes over, nobody else listens; a peer that resets the connection must not end the process.
    socket.on('error', () => socket.destroy())
    if (request.url !== '/link/v1/connect') return refuse(socket, '404 Not Found')
    // Browsers always send it, agents never do.
    if (request.headers.origin !== undefined) return refuse(socket, '403 Forbidden')
    const address = request.socket.remoteAddress ?? ''
    if (!limiter.take(address)) return refuse(socket, '429 Too Many Requests')
    sockets.handleUpgrade(request, socket, head, (webSocket) =>
      hub.accept(webSocket, () => {
        gate.proven(request.socket)
        // Only who proves nothing is slowed down: after an outage a whole fleet may come from one address at once.
        limiter.giveBack(address)
      }),
    )
  }
}

const refuse = (socket: Duplex, status: string): void => {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
