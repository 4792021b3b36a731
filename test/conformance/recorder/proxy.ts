import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { Agent, createServer, request as send } from 'node:https'
import type { AddressInfo } from 'node:net'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { createAuthority, issueCertificate } from '@atrium/runtime/pki/pki.ts'

/** One request of the client and its answer, as they were on the wire. */
export interface RawExchange {
  /** Step of the scenario it belongs to. */
  step: string
  method: string
  /** Path and query. */
  url: string
  headers: IncomingHttpHeaders
  body: string
  status: number
  answerType: string | null
  answer: string
}

/** Stands between the client and the server and remembers what both said. */
export interface RecordingProxy {
  /** `name:port`. */
  host: string
  exchanges: RawExchange[]
  /** What follows belongs to this step. */
  begin(step: string): void
  close(): Promise<void>
}

const BODY_LIMIT_BYTES = 4 * 1024 * 1024
const CERTIFICATE_LIFE_MS = 24 * 3_600_000

/**
 * A TLS proxy in front of `url` with a certificate of its own; the server's is checked against `authority` (PEM).
 * A server that cannot be reached is answered with 400: anything else sends clients into hours of repetition.
 */
export async function startProxy(url: string, authority: string): Promise<RecordingProxy> {
  const exchanges: RawExchange[] = []
  let step = 'begin'
  const agent = new Agent({ ca: authority, keepAlive: true })
  const forward = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Its place is where it began: answers may overtake one another.
    const exchange: RawExchange = {
      step,
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: '',
      status: 0,
      answerType: null,
      answer: '',
    }
    exchanges.push(exchange)
    exchange.body = await textOf(request)
    const answer = await passOn(url, agent, exchange)
    exchange.status = answer.statusCode ?? 0
    exchange.answerType = answer.headers['content-type'] ?? null
    exchange.answer = await textOf(answer)
    response.writeHead(exchange.status, answer.headers).end(exchange.answer)
  }
  const server = createServer(await ownCertificate(), (request, response) => {
    forward(request, response).catch((error: unknown) => {
      const body = JSON.stringify({ code: 'InvalidRequest', message: String(error), details: null, ref: '' })
      response.writeHead(400, { 'content-type': 'application/json' }).end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `localhost:${(server.address() as AddressInfo).port}`,
    exchanges,
    begin(name) {
      step = name
    },
    close: async () => {
      agent.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const passOn = (url: string, agent: Agent, { method, url: path, headers, body }: RawExchange) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    // Answers are recorded as text, so none may be compressed.
    const { host: _host, 'accept-encoding': _encoding, ...rest } = headers
    const sent = send(new URL(path, url), { method, agent, headers: rest }, resolve)
    sent.on('error', reject)
    sent.end(body)
  })

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of message) {
    size += chunk.length
    if (size > BODY_LIMIT_BYTES) throw new Error(`a message of more than ${BODY_LIMIT_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function ownCertificate(): Promise<{ key: string; cert: string }> {
  const made = { clock: systemClock, random: systemRandom, validityMs: CERTIFICATE_LIFE_MS }
  const authority = await createAuthority({ ...made, commonName: 'Atrium conformance' })
  const names = { commonName: 'localhost', dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] }
  const issued = await issueCertificate(authority, { ...made, ...names, usages: ['server'] })
  return { key: issued.privateKeyPem, cert: issued.certificatePem }
}
