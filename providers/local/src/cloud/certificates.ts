import { X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { hasCode, writeFileAtomically } from '@atrium/runtime/base/files.ts'
import { createKeyPair } from '@atrium/runtime/pki/keys.ts'
import { type Authority, createAuthority, issueCertificate, type PkiDeps } from '@atrium/runtime/pki/pki.ts'
import { stringify } from 'yaml'
import type { ClusterPaths } from './paths.ts'
import type { CertificateView } from './protocol.ts'

/** Its clusters live on one machine for its user alone: certificates outlive them. */
const VALIDITY_MS = 10 * 365 * 24 * 3600_000

export const SERVICE_NETWORK = '10.96.0.0/16'
const SERVICE_IP = '10.96.0.1'
/** Whom the aggregator expects behind `metrics.k8s.io`. */
export const METRICS_HOST = 'metrics-server.kube-system.svc'

interface Identity {
  file: string
  commonName: string
  organizations?: string[]
  dnsNames?: string[]
  ipAddresses?: string[]
  usages: ('server' | 'client')[]
}

const identities: Identity[] = [
  {
    file: 'apiserver',
    commonName: 'kube-apiserver',
    dnsNames: [
      'localhost',
      'kubernetes',
      'kubernetes.default',
      'kubernetes.default.svc',
      'kubernetes.default.svc.cluster.local',
    ],
    ipAddresses: ['127.0.0.1', SERVICE_IP],
    usages: ['server'],
  },
  { file: 'egress', commonName: METRICS_HOST, dnsNames: [METRICS_HOST], usages: ['server'] },
  { file: 'admin', commonName: 'atrium-admin', organizations: ['system:masters'], usages: ['client'] },
  { file: 'cloud', commonName: 'atrium-cloud-local', organizations: ['system:masters'], usages: ['client'] },
  { file: 'controller-manager', commonName: 'system:kube-controller-manager', usages: ['client'] },
  { file: 'scheduler', commonName: 'system:kube-scheduler', usages: ['client'] },
  { file: 'kwok', commonName: 'kwok', organizations: ['system:masters'], usages: ['client'] },
]

/** Until when each certificate is good, its authority first. */
export const readCertificates = (paths: ClusterPaths): CertificateView[] =>
  [join(paths.pki, 'ca'), ...identities.map(({ file }) => join(paths.issued, file))].map((path) => ({
    name: basename(path),
    expiresAt: new Date(new X509Certificate(readFileSync(`${path}.crt`)).validTo).toISOString(),
  }))

/** Removes certificates and keys that were renewed: nobody uses them any more. */
export const removeRenewed = (all: ClusterPaths, current: ClusterPaths): void => {
  if (current.issued === all.issued) return
  for (const { file } of identities)
    for (const end of ['crt', 'key']) rmSync(join(all.issued, `${file}.${end}`), { force: true })
  for (const folder of [all.pki, all.kubeconfigs])
    for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()))
      if (name !== basename(current.issued)) rmSync(join(folder, name), { recursive: true, force: true })
}

/** Makes what is missing: an interrupted attempt is continued, and what exists never changes. */
export const ensureCertificates = async (paths: ClusterPaths, clusterName: string, deps: PkiDeps): Promise<void> => {
  const authority = await ensureAuthority(paths.pki, clusterName, deps)
  await Promise.all([
    ensureServiceAccountKey(paths.pki),
    ...identities.map((identity) => ensureIdentity(paths.issued, authority, identity, deps)),
  ])
}

const ensureAuthority = async (folder: string, clusterName: string, deps: PkiDeps): Promise<Authority> => {
  const privateKeyPem = readIfThere(join(folder, 'ca.key'))
  const certificatePem = readIfThere(join(folder, 'ca.crt'))
  if (privateKeyPem !== null && certificatePem !== null) return { privateKeyPem, certificatePem }
  const authority = await createAuthority({ ...deps, commonName: `${clusterName} cluster CA`, validityMs: VALIDITY_MS })
  // The certificate last: it says that the pair is whole.
  writeFileAtomically(join(folder, 'ca.key'), authority.privateKeyPem)
  writeFileAtomically(join(folder, 'ca.crt'), authority.certificatePem)
  return authority
}

const ensureIdentity = async (
  folder: string,
  authority: Authority,
  identity: Identity,
  deps: PkiDeps,
): Promise<void> => {
  if (readIfThere(join(folder, `${identity.file}.crt`)) !== null) return
  const { file, ...subject } = identity
  const issued = await issueCertificate(authority, { ...deps, ...subject, validityMs: VALIDITY_MS })
  writeFileAtomically(join(folder, `${file}.key`), issued.privateKeyPem)
  writeFileAtomically(join(folder, `${file}.crt`), issued.certificatePem)
}

const ensureServiceAccountKey = async (folder: string): Promise<void> => {
  if (readIfThere(join(folder, 'sa.pub')) !== null) return
  const keys = await createKeyPair('ec')
  writeFileAtomically(join(folder, 'sa.key'), keys.privateKeyPem)
  writeFileAtomically(join(folder, 'sa.pub'), keys.publicKeyPem)
}

/** A client identity and its server, as the components and clients need it. */
export interface Access {
  server: string
  ca: string
  certificate: string
  privateKey: string
}

export const readAccess = (paths: ClusterPaths, apiPort: number, identity: 'admin' | 'cloud'): Access => ({
  server: `https://127.0.0.1:${apiPort}`,
  ca: readFileSync(join(paths.pki, 'ca.crt'), 'utf8'),
  certificate: readFileSync(join(paths.issued, `${identity}.crt`), 'utf8'),
  privateKey: readFileSync(join(paths.issued, `${identity}.key`), 'utf8'),
})

/** The administrator's kubeconfig, complete in itself. */
export const adminKubeconfig = (clusterName: string, access: Access): string => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  return kubeconfig(
    clusterName,
    { server: access.server, 'certificate-authority-data': base64(access.ca) },
    { 'client-certificate-data': base64(access.certificate), 'client-key-data': base64(access.privateKey) },
  )
}

/** Kubeconfigs of the components, by path so that no key is copied. */
export const writeComponentKubeconfigs = (paths: ClusterPaths, apiPort: number): void => {
  for (const file of ['controller-manager', 'scheduler', 'kwok'])
    writeFileAtomically(
      join(paths.kubeconfigs, file),
      kubeconfig(
        'local',
        { server: `https://127.0.0.1:${apiPort}`, 'certificate-authority': join(paths.pki, 'ca.crt') },
        { 'client-certificate': join(paths.issued, `${file}.crt`), 'client-key': join(paths.issued, `${file}.key`) },
      ),
    )
}

const kubeconfig = (name: string, cluster: Record<string, string>, user: Record<string, string>): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster }],
    contexts: [{ name, context: { cluster: name, user: 'admin' } }],
    users: [{ name: 'admin', user }],
  })

const readIfThere = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  }
}
