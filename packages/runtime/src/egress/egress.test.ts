import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../base/clock.ts'
import { systemRandom } from '../base/random.ts'
import { createAuthority, issueCertificate } from '../pki/pki.ts'
import { addressRule } from './addresses.ts'
import { createEgress, type EgressOptions, trusting } from './egress.ts'

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})
const listen = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}
const serve = (handler: RequestListener): Promise<number> => listen(createServer(handler))
const egressOf = (options: Partial<EgressOptions> = {}) => {
  const egress = createEgress({
    allowedRanges: ['127.0.0.0/8'],
    allowPlainHttp: true,
    timeoutMs: 5000,
    maxBytes: 1000,
    ...options,
  })
  open.push(() => egress.close())
  return egress
}

describe('addresses', () => {
  const permits = addressRule([])
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '0.0.0.0',
    '100.64.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::127.0.0.1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    '64:ff9b::a9fe:a9fe',
    '2002:7f00:1::',
    'ff02::1',
    'not an address',
  ])('%s is not dialled', (address) => expect(permits(address)).toBe(false))
  it.each(['1.1.1.1', '172.32.0.1', '2606:4700::1111'])('%s is dialled', (address) =>
    expect(permits(address)).toBe(true),
  )
  it('opens what the operator lists and nothing beside it', () => {
    const rule = addressRule(['10.0.0.0/8', '::1/128'])
    expect([rule('10.9.9.9'), rule('::ffff:10.9.9.9'), rule('::1'), rule('192.168.0.1')]).toEqual([
      true,
      true,
      true,
      false,
    ])
    expect(() => addressRule(['10.0.0.0/64'])).toThrow(/no address range/)
  })
})

describe('egress', () => {
  it('refuses forbidden targets before a connection: literals in every spelling, names, other schemes', async () => {
    let hits = 0
    const port = await serve((_request, response) => {
      hits += 1
      response.end()
    })
    const egress = egressOf({ allowedRanges: [] })
    for (const host of [
      '127.0.0.1',
      '127.1',
      '0x7f000001',
      '2130706433',
      '017700000001',
      'localhost',
      '[::ffff:127.0.0.1]',
    ])
      await expect(egress.request(`http://${host}:${port}/`), host).rejects.toMatchObject({ reason: 'denied' })
    for (const url of ['file:///etc/passwd', 'ftp://example.com/', 'http://user:pass@example.com/', 'nonsense'])
      await expect(egress.request(url)).rejects.toMatchObject({ reason: 'denied' })
    await expect(egressOf({ allowPlainHttp: false }).request(`http://127.0.0.1:${port}`)).rejects.toMatchObject({
      reason: 'denied',
    })
    expect(hits).toBe(0)
  })

  it('dials the address it checked, though the name changes its answer', async () => {
    const answers = ['203.0.113.7', '127.0.0.1']
    let asked = 0
    const lookup = ((_name: string, _options: object, callback: (e: null, a: object[]) => void) =>
      callback(null, [{ address: answers[asked++] ?? '127.0.0.1', family: 4 }])) as EgressOptions['lookup'] & object
    await expect(egressOf({ allowedRanges: [], lookup }).request('http://rebind.example/')).rejects.toMatchObject({
      reason: 'denied',
      message: expect.stringContaining('203.0.113.7'),
    })
    expect(asked).toBe(1)
  })

  it('re-checks each redirect, bounds their number, and keeps credentials with their origin', async () => {
    const seen: (string | undefined)[] = []
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization)
      response.end('other')
    })
    const port = await serve((request, response) => {
      const targets: Record<string, string> = {
        '/other': `http://127.0.0.1:${other}/`,
        '/metadata': 'http://169.254.169.254/latest',
        '/loop': '/loop',
      }
      response.writeHead(302, { location: targets[request.url ?? ''] }).end()
    })
    const egress = egressOf()
    const at = (path: string, redirects?: number) =>
      egress.request(`http://127.0.0.1:${port}${path}`, {
        headers: { Authorization: 'Bearer x' },
        ...(redirects === undefined ? {} : { redirects }),
      })
    expect(await (await at('/other', 1)).text()).toBe('other')
    expect(seen).toEqual([undefined])
    await expect(at('/metadata', 1)).rejects.toMatchObject({ reason: 'denied' })
    await expect(at('/loop', 3)).rejects.toMatchObject({ reason: 'redirect' })
    expect((await at('/other')).status).toBe(302)
  })

  it('bounds size and time', async () => {
    const port = await serve((request, response) => {
      if (request.url === '/big') return void response.end('x'.repeat(2000))
      if (request.url === '/drip') response.write('x')
    })
    const egress = egressOf()
    const big = await egress.request(`http://127.0.0.1:${port}/big`)
    await expect(big.bytes()).rejects.toMatchObject({ reason: 'too-large' })
    await expect(egress.request(`http://127.0.0.1:${port}/never`, { timeoutMs: 50 })).rejects.toMatchObject({
      reason: 'timeout',
    })
    const drip = await egress.request(`http://127.0.0.1:${port}/drip`, { timeoutMs: 100 })
    await expect(drip.bytes()).rejects.toThrow()
  })

  it('says of a body that breaks off what it says of a connection', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half', () => response.destroy())
    })
    const answer = await egressOf().request(`http://127.0.0.1:${port}/`)
    await expect(answer.text()).rejects.toMatchObject({ name: 'EgressError', reason: 'network' })
  })

  /** A server by an authority of its own. */
  const serveTls = async (handler: RequestListener): Promise<{ url: string; ca: string }> => {
    const deps = { clock: systemClock, random: systemRandom, validityMs: 3600_000 }
    const authority = await createAuthority({ ...deps, commonName: 'CA' })
    const named = { commonName: 'r', ipAddresses: ['127.0.0.1'], usages: ['server' as const] }
    const { privateKeyPem: key, certificatePem: cert } = await issueCertificate(authority, { ...deps, ...named })
    return {
      url: `https://127.0.0.1:${await listen(createTlsServer({ key, cert }, handler))}/`,
      ca: authority.certificatePem,
    }
  }

  it('trusts a CA bundle for the one target that names it', async () => {
    const { url, ca } = await serveTls((_q, r) => void r.end('ok'))
    const egress = egressOf()
    expect(await (await egress.request(url, { caBundle: ca })).text()).toBe('ok')
    await expect(egress.request(url)).rejects.toMatchObject({ reason: 'network' })
  })

  it('trusts authorities beside the system for whoever names them, along redirects, and not where a target names its own', async () => {
    const there = await serveTls((_q, r) => void r.end('ok'))
    const here = await serveTls((_q, r) => void r.writeHead(302, { location: there.url }).end())
    const egress = egressOf()
    const also = trusting(egress, `${here.ca}${there.ca}`)
    expect(await (await also.request(here.url, { redirects: 1 })).text()).toBe('ok')
    await expect(trusting(egress, here.ca).request(here.url, { redirects: 1 })).rejects.toMatchObject({
      reason: 'network',
    })
    await expect(also.request(there.url, { caBundle: here.ca })).rejects.toMatchObject({ reason: 'network' })
    await expect(egress.request(there.url)).rejects.toMatchObject({ reason: 'network' })
  })
})
