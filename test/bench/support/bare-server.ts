/**
 * Node's TLS and `ws` and nothing else: what any server on them needs for a session. Arguments: files of key and certificate.
 * Tells its port over the channel to its parent, and ends with it.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

const [key = '', cert = ''] = process.argv.slice(2).map((file) => readFileSync(file, 'utf8'))
const server = createServer({ key, cert })
const sockets = new WebSocketServer({ noServer: true, clientTracking: false, perMessageDeflate: false })
server.on('upgrade', (request, socket, head) =>
  sockets.handleUpgrade(request, socket, head, (webSocket) => webSocket.on('message', () => undefined)),
)
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
