import 'reflect-metadata'
import { spawnSync } from 'node:child_process'
import { createPrivateKey, createSign, webcrypto, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer, type TLSSocket } from 'node:tls'
import * as x509 from '@peculiar/x509'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../base/clock.ts'
import { systemRandom } from '../base/random.ts'
import { certificateFingerprint, createKeyPair, publicKeyFingerprint, splitPemBundle } from './keys.ts'
import {
  type Authority,
  CLOCK_SKEW_MS,
  createAuthority,
  createSelfSigned,
  createSigningRequest,
  issueCertificate,
  signRequest,
} from './pki.ts'
import { isValidFor, verifyChain } from './verify.ts'

const deps = { clock: systemClock, random: systemRandom }
const DAY_MS = 24 * 3600_000
const authorityOf = (commonName = 'Test CA'): Promise<Authority> =>
  createAuthority({ ...deps, commonName, validityMs: 10 * DAY_MS })
const server = { ...deps, commonName: 'localhost', usages: ['server' as const], validityMs: DAY_MS }
const agent = { ...deps, commonName: 'cluster-1', usages: ['client' as const], validityMs: DAY_MS }

/** What an attacker would send: a foreign subject and the extensions of an authority. */
const hostileRequest = async (name: string): Promise<string> => {
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const extensions = [
    new x509.BasicConstraintsExtension(true, 3, true),
    new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'cluster-2' }]),
  ]
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name,
    keys,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions,
  })
  return request.toString('pem')
}

const handshake = async (ca: string, key: string, cert: string, servername: string): Promise<TLSSocket> => {
  const listener = createServer({ key, cert })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const socket = connect({ host: '127.0.0.1', port: (listener.address() as AddressInfo).port, ca, servername })
  try {
    await once(socket, 'secureConnect')
    return socket
  } finally {
    socket.destroy()
    listener.close()
  }
}

describe('certificates', () => {
  it('are accepted by TLS for their names and address, and refused for others', async () => {
    const authority = await authorityOf()
    const issued = await issueCertificate(authority, {
      ...server,
      dnsNames: ['localhost'],
      ipAddresses: ['127.0.0.1', '::1'],
    })
    const socket = await handshake(authority.certificatePem, issued.privateKeyPem, issued.certificatePem, 'localhost')
    expect(socket.authorized).toBe(true)
    await expect(
      handshake(authority.certificatePem, issued.privateKeyPem, issued.certificatePem, 'other.example'),
    ).rejects.toThrow(/altnames/)
    const stranger = await authorityOf('Test CA')
    await expect(
      handshake(stranger.certificatePem, issued.privateKeyPem, issued.certificatePem, 'localhost'),
    ).rejects.toThrow()
    expect(new X509Certificate(issued.certificatePem).checkIP('::1')).toBe('::1')
  })

  it('start five minutes in the past and write each organisation as an element of its own', async () => {
    const now = Date.UTC(2026, 0, 1)
    const clock = { ...systemClock, now: () => now }
    const authority = await createAuthority({ ...deps, clock, commonName: 'CA', validityMs: DAY_MS })
    const issued = await issueCertificate(authority, {
      ...agent,
      clock,
      commonName: 'a, O=system:masters',
      organizations: ['system:nodes', 'x+CN=y'],
    })
    const certificate = new X509Certificate(issued.certificatePem)
    expect(certificate.validFromDate.getTime()).toBe(now - CLOCK_SKEW_MS)
    expect(issued.notAfter.getTime()).toBe(now + DAY_MS)
    const subject = certificate.toLegacyObject().subject
    expect(subject.CN).toBe('a, O=system:masters')
    expect(subject.O).toEqual(['system:nodes', 'x+CN=y'])
    expect(isValidFor(issued.certificatePem, clock, DAY_MS - 1)).toBe(true)
    expect(isValidFor(issued.certificatePem, clock, DAY_MS)).toBe(false)
  })

  it('have fingerprints that follow the certificate, and the key', async () => {
    const authority = await authorityOf()
    const csr = await createSigningRequest(await createKeyPair())
    const first = await signRequest(authority, csr, agent)
    const second = await signRequest(authority, csr, agent)
    expect(certificateFingerprint(first.certificatePem)).toMatch(/^[0-9a-f]{64}$/)
    expect(certificateFingerprint(first.certificatePem)).not.toBe(certificateFingerprint(second.certificatePem))
    expect(publicKeyFingerprint(first.certificatePem)).toBe(publicKeyFingerprint(second.certificatePem))
    const expected = new X509Certificate(first.certificatePem).fingerprint256.replaceAll(':', '').toLowerCase()
    expect(certificateFingerprint(first.certificatePem)).toBe(expected)
    expect(splitPemBundle(`# text\n${first.certificatePem}\n${second.certificatePem}`)).toHaveLength(2)
  })

  it('and requests are read by openssl', async ({ skip }) => {
    if (spawnSync('openssl', ['version']).status !== 0) skip('openssl is not installed')
    const authority = await authorityOf()
    const keys = await createKeyPair()
    const csr = await createSigningRequest(keys)
    const issued = await issueCertificate(authority, { ...server, dnsNames: ['localhost'] })
    const folder = mkdtempSync(join(tmpdir(), 'atrium-pki-'))
    try {
      const file = (name: string, text: string): string => {
        writeFileSync(join(folder, name), text)
        return join(folder, name)
      }
      const ca = file('ca.pem', authority.certificatePem)
      const verify = spawnSync('openssl', [
        'verify',
        '-x509_strict',
        '-purpose',
        'sslserver',
        '-CAfile',
        ca,
        file('s.pem', issued.certificatePem),
      ])
      expect(verify.stdout.toString() + verify.stderr.toString()).toContain('s.pem: OK')
      const request = spawnSync('openssl', ['req', '-verify', '-noout', '-in', file('r.pem', csr)])
      expect(request.stdout.toString() + request.stderr.toString()).toMatch(/verify OK/i)
      const rsa = await createKeyPair('rsa')
      expect(spawnSync('openssl', ['rsa', '-check', '-noout', '-in', file('k.pem', rsa.privateKeyPem)]).status).toBe(0)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('a self-signed certificate', () => {
  it('vouches for the RSA key that comes with it, and for nothing else', async () => {
    const { certificatePem, privateKeyPem } = await createSelfSigned({ ...deps, commonName: 'me', validityMs: DAY_MS })
    const certificate = new X509Certificate(certificatePem)
    expect(certificate.checkPrivateKey(createPrivateKey(privateKeyPem))).toBe(true)
    expect([certificate.verify(certificate.publicKey), certificate.ca]).toEqual([true, false])
    expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048)
    await expect(issueCertificate({ certificatePem, privateKeyPem }, server)).rejects.toThrow()
  })
})

describe('signing requests', () => {
  it('give a key and nothing else: the subject is the one we write', async () => {
    const authority = await authorityOf()
    const hostile = await hostileRequest('O=system:masters, CN=cluster-2')
    const issued = await signRequest(authority, hostile, agent)
    const certificate = new X509Certificate(issued.certificatePem)
    expect(certificate.subject).toBe('CN=cluster-1')
    expect(certificate.ca).toBe(false)
    expect(certificate.subjectAltName).toBeUndefined()
  })

  it('are refused when possession is not proven, when the key is of another type, and when they are no request', async () => {
    const authority = await authorityOf()
    const csr = await createSigningRequest(await createKeyPair())
    const der = Buffer.from(csr.replace(/-----[^-]+-----|\s/g, ''), 'base64')
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1
    const tampered = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`
    await expect(signRequest(authority, tampered, agent)).rejects.toMatchObject({ code: 'InvalidRequest' })
    await expect(signRequest(authority, 'no request', agent)).rejects.toMatchObject({ code: 'InvalidRequest' })
    await expect(signRequest(authority, 'x'.repeat(9000), agent)).rejects.toMatchObject({ code: 'PayloadTooLarge' })
  })
})

describe('verifyChain', () => {
  it('accepts what a trusted authority issued for this use, and what the key signs', async () => {
    const [old, current] = [await authorityOf('old'), await authorityOf('current')]
    const issued = await issueCertificate(old, agent)
    const trusted = current.certificatePem + old.certificatePem
    const leaf = verifyChain(issued.certificatePem, { trusted, clock: systemClock, usage: 'client' })
    const signature = createSign('sha256').update('nonce').sign(issued.privateKeyPem)
    expect(leaf.publicKey.asymmetricKeyType).toBe('ec')
    expect(signature.length).toBeGreaterThan(60)
    expect(() => verifyChain(issued.certificatePem, { trusted, clock: systemClock, usage: 'server' })).toThrow(
      /server use/,
    )
    expect(() =>
      verifyChain(issued.certificatePem, { trusted: current.certificatePem, clock: systemClock, usage: 'client' }),
    ).toThrow(/trusted authority/)
  })

  it('refuses another authority of the same name, an expired leaf, an authority as leaf, a leaf as issuer', async () => {
    const [authority, twin] = [await authorityOf(), await authorityOf()]
    const issued = await issueCertificate(twin, agent)
    const options = { trusted: authority.certificatePem, clock: systemClock, usage: 'client' as const }
    expect(() => verifyChain(issued.certificatePem, options)).toThrow(/trusted authority/)
    const late = { ...systemClock, now: () => Date.now() + 2 * DAY_MS }
    const own = await issueCertificate(authority, agent)
    expect(() => verifyChain(own.certificatePem, { ...options, clock: late })).toThrow(/expired/)
    const early = { ...systemClock, now: () => Date.now() - DAY_MS }
    expect(() => verifyChain(own.certificatePem, { ...options, clock: early })).toThrow(/compare the clocks/)
    expect(() => verifyChain(authority.certificatePem, options)).toThrow(/leaf is an authority/)
    const leafAsIssuer = { certificatePem: own.certificatePem, privateKeyPem: own.privateKeyPem }
    const forged = await issueCertificate(leafAsIssuer, { ...agent, commonName: 'cluster-2' })
    expect(() => verifyChain(forged.certificatePem + own.certificatePem, options)).toThrow(/trusted authority/)
    expect(() => verifyChain('', options)).toThrow(/0 certificates/)
  })
})
