import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { SMTPServer, type SMTPServerEnvelope } from 'smtp-server'
import type { ServerCertificate } from './server-certificate.ts'

export interface ReceivedMail {
  from: string
  to: string[]
  /** Lines of the head, unfolded. */
  headers: string[]
  text: string
}

export interface TestMailServer {
  port: number
  /** What it has taken, oldest first. */
  received: ReceivedMail[]
  stop: () => Promise<void>
}

export interface MailServerOptions {
  certificate: ServerCertificate
  /** Default `starttls`. */
  tls?: 'first' | 'starttls' | 'none'
  login?: { user: string; password: string }
  /** Answers for recipients that it does not take. */
  refused?: Record<string, { code: number; text: string }>
  /** Default: any free one. */
  port?: number
}

/** A mail server on 127.0.0.1. */
export async function startMailServer(options: MailServerOptions): Promise<TestMailServer> {
  const { certificate, tls = 'starttls', login, refused = {}, port = 0 } = options
  const received: ReceivedMail[] = []
  const take = async (stream: Readable, { mailFrom, rcptTo }: SMTPServerEnvelope): Promise<void> => {
    const from = mailFrom ? mailFrom.address : ''
    received.push({ from, to: rcptTo.map(({ address }) => address), ...parse(await text(stream)) })
  }
  const server = new SMTPServer({
    secure: tls === 'first',
    ...(tls !== 'none' && { key: certificate.privateKeyPem, cert: certificate.certificatePem }),
    disabledCommands: [...(tls === 'none' ? ['STARTTLS'] : []), ...(login ? [] : ['AUTH'])],
    authOptional: login === undefined,
    logger: false,
    onAuth({ username, password }, _session, callback) {
      if (username === login?.user && password === login?.password) return callback(null, { user: username })
      callback(answer(535, `5.7.8 not ${password}`))
    },
    onRcptTo({ address }, _session, callback) {
      const refusal = refused[address]
      callback(refusal ? answer(refusal.code, refusal.text) : null)
    },
    onData(stream, { envelope }, callback) {
      void take(stream, envelope).finally(callback)
    },
  })
  // Clients that break off are what some tests are about.
  server.on('error', () => undefined)
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

const answer = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode })

/** As much of MIME as the product writes: one part of text. */
function parse(raw: string): Pick<ReceivedMail, 'headers' | 'text'> {
  const end = raw.indexOf('\r\n\r\n')
  const headers = raw
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
  const body = raw.slice(end + 4)
  const isQuoted = headers.includes('Content-Transfer-Encoding: quoted-printable')
  return { headers, text: (isQuoted ? unquoted(body) : body).replaceAll('\r\n', '\n') }
}

const unquoted = (body: string): string => {
  const bytes = body
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
