import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Client } from '@atrium/client/client.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'

/** As long as a sign-in may last at the server. */
const limitMs = 10 * 60_000
const pageHeaders = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', connection: 'close' }

/** Signs in at the identity provider that organisation or e-mail lead to; answers a session. `client`: nobody's. */
export async function signInByProvider(
  client: Client,
  server: string,
  { org, email }: { org: string | undefined; email: string | undefined },
): Promise<string> {
  const [first] = await loginsOf(client, org, email)
  if (first === undefined) {
    throw new Error(
      `${org ?? email} leads to no identity provider at ${server}. Sign in with a password or an API key, or ask an administrator.`,
    )
  }
  return signInByBrowser(client, first, (url) =>
    process.stderr.write(`Open this address in a browser of this machine, and sign in there:\n\n  ${url}\n\n`),
  )
}

async function loginsOf(client: Client, org: string | undefined, email: string | undefined): Promise<string[]> {
  if (org !== undefined) {
    const logins = await client.call('GET /v1/auth/sso/logins', { query: { org } })
    return (logins ?? []).flatMap(({ redirectUri }) => redirectUri ?? [])
  }
  if (email === undefined) throw new Error('--sso needs to know where: give --org NAME, or --email ADDRESS.')
  const { items } = await client.call('GET /atrium/v1/auth/logins', { query: { email } })
  return items.map(({ url }) => url)
}

/**
 * Signs in by the person's browser and their identity provider; answers a session. The browser brings a code to this machine alone,
 * which is nothing without the verifier that never leaves this process.
 */
async function signInByBrowser(client: Client, loginUrl: string, tell: (url: string) => void): Promise<string> {
  const verifier = systemRandom.bytes(32).toString('base64url')
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const waited = codeAt(server)
    tell(addressOf(loginUrl, (server.address() as AddressInfo).port, verifier))
    const code = await inTime(waited)
    const { Authorization = '' } = await client.call('POST /atrium/v1/auth/code', { body: { code, verifier } })
    return Authorization
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

function addressOf(loginUrl: string, port: number, verifier: string): string {
  const url = new URL(loginUrl)
  if (url.protocol !== 'https:')
    throw new Error(`The server names '${loginUrl}' for signing in, which is no https address.`)
  url.searchParams.set('port', String(port))
  url.searchParams.set('challenge', createHash('sha256').update(verifier).digest('base64url'))
  return url.href
}

/** The code that the browser brings; other requests of the machine are none. */
const codeAt = (server: Server): Promise<string> =>
  new Promise((resolve) => {
    server.on('request', (request, response) => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1')
      const code = request.method === 'GET' && url.pathname === '/' ? url.searchParams.get('code') : null
      if (!code)
        return void response.writeHead(404, pageHeaders).end('This address takes back a sign-in, and nothing else.\n')
      response
        .writeHead(200, pageHeaders)
        .end('Go back to the command line: it signs in now. This page can be closed.\n', () => resolve(code))
    })
  })

async function inTime(code: Promise<string>): Promise<string> {
  const done = new AbortController()
  try {
    const none = systemClock.sleep(limitMs, done.signal).then(() => null)
    const first = await Promise.race([code, none])
    if (first === null) throw new Error('Nobody signed in within ten minutes. Try again.')
    return first
  } finally {
    done.abort()
  }
}
