import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto'
import type * as X509 from '@peculiar/x509'
import type { Clock } from '../base/clock.ts'
import { AtriumError } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import { createKeyPair, type KeyPair } from './keys.ts'

type CryptoKey = webcrypto.CryptoKey

/** Peers whose clocks lag by up to this accept a certificate that was issued just now. */
export const CLOCK_SKEW_MS = 5 * 60_000
const SIGNING = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const RSA_SIGNING = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
const MAX_CSR_BYTES = 8 * 1024

/** The library costs 9 MB and 0.1 s, and most processes certify nothing most of the time: loaded on first use. */
const loadX509 = async (): Promise<typeof X509> => {
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  x509.cryptoProvider.set(webcrypto)
  return x509
}

/** What time and chance certificates are made from. */
export interface PkiDeps {
  clock: Clock
  random: Random
}

/** A certificate authority: EC P-256 key and self-signed certificate, both PEM. */
export interface Authority {
  certificatePem: string
  privateKeyPem: string
}

export interface AuthorityOptions extends PkiDeps {
  commonName: string
  organizations?: string[]
  validityMs: number
}

/** Who the certificate speaks for, and how it may be used. The issuer writes it; nothing comes from the requester. */
export interface CertificateOptions extends PkiDeps {
  commonName: string
  /** Kubernetes reads them as groups. */
  organizations?: string[]
  dnsNames?: string[]
  ipAddresses?: string[]
  /** URI subject alternative names. */
  uris?: string[]
  usages: ('server' | 'client')[]
  validityMs: number
}

export interface IssuedCertificate {
  certificatePem: string
  notAfter: Date
}

/** A new self-signed authority that may issue end-entity certificates only. */
export const createAuthority = async (options: AuthorityOptions): Promise<Authority> => {
  const x509 = await loadX509()
  const keys = await createKeyPair('ec')
  const publicKey = await importPublicKey(keys.publicKeyPem)
  const name = nameOf(options)
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(options.random),
    subject: name,
    issuer: name,
    ...validity(options),
    publicKey,
    signingKey: await importPrivateKey(keys.privateKeyPem),
    signingAlgorithm: SIGNING,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
    ],
  })
  return { certificatePem: pem(certificate), privateKeyPem: keys.privateKeyPem }
}

/** An RSA key, and a certificate that vouches for it alone: what the two sides of SAML show each other. */
export const createSelfSigned = async (options: AuthorityOptions): Promise<Authority> => {
  const x509 = await loadX509()
  const { privateKeyPem, publicKeyPem } = await createKeyPair('rsa')
  const name = nameOf(options)
  const usages = x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(options.random),
    subject: name,
    issuer: name,
    ...validity(options),
    publicKey: await importPublicKey(publicKeyPem, RSA_SIGNING),
    signingKey: await importPrivateKey(privateKeyPem, RSA_SIGNING),
    signingAlgorithm: RSA_SIGNING,
    extensions: [new x509.BasicConstraintsExtension(false, undefined, true), new x509.KeyUsagesExtension(usages, true)],
  })
  return { certificatePem: pem(certificate), privateKeyPem }
}

/** A certificate together with a fresh key of its own. */
export const issueCertificate = async (
  authority: Authority,
  options: CertificateOptions,
): Promise<IssuedCertificate & KeyPair> => {
  const keys = await createKeyPair('ec')
  const issued = await certify(authority, await importPublicKey(keys.publicKeyPem), options)
  return { ...issued, ...keys }
}

/** A PEM signing request with an empty subject: the authority writes the subject itself. */
export const createSigningRequest = async (keys: KeyPair): Promise<string> => {
  const x509 = await loadX509()
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    keys: {
      privateKey: await importPrivateKey(keys.privateKeyPem),
      publicKey: await importPublicKey(keys.publicKeyPem),
    },
    signingAlgorithm: SIGNING,
  })
  return `${request.toString('pem')}\n`
}

/**
 * Certifies the public key of a signing request as the subject that `options` name. The request's own subject,
 * names and extensions are ignored: it proves possession of a P-256 key and nothing else.
 * Throws `InvalidRequest` when it does not.
 */
export const signRequest = async (
  authority: Authority,
  csrPem: string,
  options: CertificateOptions,
): Promise<IssuedCertificate> => certify(authority, await provenPublicKey(csrPem), options)

const provenPublicKey = async (csrPem: string): Promise<CryptoKey> => {
  const x509 = await loadX509()
  if (csrPem.length > MAX_CSR_BYTES)
    throw new AtriumError('PayloadTooLarge', `The signing request is larger than ${MAX_CSR_BYTES} bytes.`)
  try {
    const request = new x509.Pkcs10CertificateRequest(csrPem)
    const publicKey = await importPublicKey(request.publicKey.toString('pem'))
    if (await request.verify()) return publicKey
  } catch (cause) {
    throw new AtriumError('InvalidRequest', 'The signing request cannot be read as PKCS#10 with an EC P-256 key.', {
      cause,
    })
  }
  throw new AtriumError('InvalidRequest', 'The signing request does not prove possession of its key.')
}

const certify = async (
  authority: Authority,
  publicKey: CryptoKey,
  options: CertificateOptions,
): Promise<IssuedCertificate> => {
  const x509 = await loadX509()
  const issuer = new x509.X509Certificate(authority.certificatePem)
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(options.random),
    subject: nameOf(options),
    issuer: issuer.subjectName,
    ...validity(options),
    publicKey,
    signingKey: await importPrivateKey(authority.privateKeyPem),
    signingAlgorithm: SIGNING,
    extensions: await endEntityExtensions(issuer, publicKey, options),
  })
  return { certificatePem: pem(certificate), notAfter: certificate.notAfter }
}

const endEntityExtensions = async (
  issuer: X509.X509Certificate,
  publicKey: CryptoKey,
  options: CertificateOptions,
): Promise<X509.Extension[]> => {
  const x509 = await loadX509()
  const names: X509.JsonGeneralNames = [
    ...(options.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(options.ipAddresses ?? []).map((value) => ({ type: 'ip' as const, value })),
    ...(options.uris ?? []).map((value) => ({ type: 'url' as const, value })),
  ]
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension(
      options.usages.map((usage) => (usage === 'server' ? SERVER_AUTH : CLIENT_AUTH)),
      false,
    ),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names, false)] : []),
  ]
}

/** One RDN each, organisations first, as Kubernetes and TLS libraries read them. Values are data: never parsed as a name. */
const nameOf = (subject: { commonName: string; organizations?: string[] }): X509.JsonName => [
  ...(subject.organizations ?? []).map((organization) => ({ O: [organization] })),
  { CN: [subject.commonName] },
]

const validity = (options: PkiDeps & { validityMs: number }): { notBefore: Date; notAfter: Date } => ({
  notBefore: new Date(options.clock.now() - CLOCK_SKEW_MS),
  notAfter: new Date(options.clock.now() + options.validityMs),
})

/** Positive and 127 bits long, so that DER needs no leading zero. */
const serialNumber = (random: Random): string => {
  const bytes = random.bytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes.toString('hex')
}

const importPrivateKey = async (privateKeyPem: string, algorithm: object = SIGNING): Promise<CryptoKey> =>
  createPrivateKey(privateKeyPem).toCryptoKey(algorithm as typeof SIGNING, false, ['sign'])
const importPublicKey = async (publicKeyPem: string, algorithm: object = SIGNING): Promise<CryptoKey> =>
  createPublicKey(publicKeyPem).toCryptoKey(algorithm as typeof SIGNING, true, ['verify'])

const pem = (certificate: X509.X509Certificate): string => `${certificate.toString('pem')}\n`
