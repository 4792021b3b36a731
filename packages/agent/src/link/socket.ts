import type { ConnectionOptions, SecureContext, TLSSocket } from 'node:tls'
import { LINK_ALPN, linkLimits } from '@atrium/api/link/protocol.ts'
import { certificateFingerprint } from '@atrium/runtime/pki/keys.ts'
import { type AgentFrame, parseServerFrame, type ServerFrame } from '@atrium/tunnel/link/codec.ts'
import WebSocket, { type ClientOptions } from 'ws'

export interface SocketListener {
  /** `serverFingerprint` is of the TLS certificate the server showed. */
  opened(serverFingerprint: string): void
  frame(frame: ServerFrame): void
  /** Once. */
  closed(reason: string): void
}

export interface LinkSocket {
  send(frame: AgentFrame): void
  close(): void
}

/** Dials the plane's link; its certificate must chain to the CAs that `trust` pins and carry the host's name. */
export const dialLink = (serverUrl: string, trust: SecureContext, listener: SocketListener): LinkSocket => {
  const url = `${serverUrl.replace(/^https:/, 'wss:')}/link/v1/connect`
  const options: ClientOptions & ConnectionOptions = {
    secureContext: trust,
    ALPNProtocols: [LINK_ALPN, 'http/1.1'],
    perMessageDeflate: false,
    maxPayload: linkLimits.messageBytes,
    followRedirects: false,
  }
  const socket = new WebSocket(url, options)
  let reason = 'the connection closed'
  let fingerprint = ''
  socket.on('upgrade', (response) => {
    fingerprint = certificateFingerprint((response.socket as TLSSocket).getPeerCertificate(true).raw)
  })
  socket.on('open', () => listener.opened(fingerprint))
  socket.on('message', (data, isBinary) => {
    try {
      if (isBinary) throw new Error('the server sent a binary frame')
      listener.frame(parseServerFrame(data))
    } catch (error) {
      reason = String(error)
      socket.terminate()
    }
  })
  socket.on('error', (error) => {
    reason = error.message
  })
  socket.on('close', (code) => listener.closed(code === 1000 || code === 1006 ? reason : `${reason} (code ${code})`))
  return {
    send: (frame) => socket.send(JSON.stringify(frame)),
    close: () => socket.terminate(),
  }
}
