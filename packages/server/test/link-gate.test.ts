import { once } from 'node:events'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { LINK_ALPN } from '@atrium/api/link/protocol.ts'
import { issueServerCertificate } from '@atrium/dev-env/server-certificate.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { LinkGate } from '@atrium/server/link/gate.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const AGENTS = 60
/** Let in at once by a server that has not proven faster. */
const LEAST = 16
let backlog = 0
/** Whoever is greeted proves itself at once. */
let proves = true
let port = 0
let ca = ''
/** Local ports of clients, in the order their handshakes were done. */
const greeted: (number | undefined)[] = []
const dials: TLSSocket[] = []
const gate = new LinkGate({ clock: systemClock, backlog: () => backlog })
const close: (() => unknown)[] = []
beforeAll(async () => {
  const { certificatePem, privateKeyPem, caPem } = await issueServerCertificate()
  ca = caPem
  const server = createServer({ cert: certificatePem, key: privateKeyPem }, (_request, response) =>
    response.end('hello'),
  )
  gate.guard(server)
  server.on('secureConnection', (socket) => {
    greeted.push(socket.remotePort)
    if (proves) gate.proven(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
  close.push(() => server.close())
})
afterAll(() => {
  for (const dial of dials) dial.destroy()
  gate.close()
  for (const one of close) one()
})

const dialAsAgent = (): TLSSocket => {
  const socket = connect({ host: '127.0.0.1', port, ca, ALPNProtocols: [LINK_ALPN, 'http/1.1'] })
  socket.on('error', () => undefined)
  dials.push(socket)
  return socket
}
const get = async (): Promise<string> => {
  const sent = request({ host: '127.0.0.1', port, ca, agent: false }).end()
  const [response] = await once(sent, 'response')
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return text
}

test('one that comes alone is let in at once, and speaks HTTP', async () => {
  const agent = dialAsAgent()
  await once(agent, 'secureConnect')
  expect(agent.alpnProtocol).toBe('http/1.1')
  agent.end('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  const [answer] = await once(agent, 'data')
  expect(String(answer)).toContain('200 OK')
  expect(await get()).toBe('hello')
})

test('while the server has its hands full agents wait without a handshake, and everybody else is answered', async () => {
  backlog = AGENTS
  proves = false
  const before = greeted.length
  for (let index = 0; index < AGENTS; index += 1) dialAsAgent()
  await expect.poll(() => gate.waiting).toBe(AGENTS)
  expect(await get()).toBe('hello')
  // That was the only one.
  expect(greeted).toHaveLength(before + 1)
})

test('who gives up while it waits costs no handshake; the others are let in as there is room, the first come first', async () => {
  const waiting = dials.slice(-AGENTS)
  for (const one of waiting.slice(0, 10)) one.destroy()
  await expect.poll(() => gate.waiting).toBe(AGENTS - 10)
  const before = greeted.length
  const arrived = waiting.slice(10).map((one) => one.localPort)
  backlog = LEAST - 5
  await expect.poll(() => greeted.length).toBe(before + 5)
  expect(greeted.slice(before).toSorted()).toEqual(arrived.slice(0, 5).toSorted())
  backlog = 0
  proves = true
  for (const remotePort of arrived) gate.proven({ remoteAddress: '127.0.0.1', remotePort })
  await expect.poll(() => greeted.length).toBe(before + AGENTS - 10)
  expect(gate.waiting).toBe(0)
})
