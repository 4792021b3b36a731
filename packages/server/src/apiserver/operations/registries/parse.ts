import type {
  v1AwsStsCredentials,
  v1BasicOciRegistrySpec,
  v1EcrRegistrySpec,
  v1HelmRegistrySpec,
  v1PackRegistrySpec,
  v1RegistryAuth,
  v1TlsConfiguration,
} from '@atrium/api/generated/operations.d.ts'
import type { RegistrySpec } from '@atrium/api/kinds/registry.ts'
import { systemTenant } from '@atrium/runtime/store/store.ts'
import type { Subject } from '../../../auth/rights/subject.ts'
import { folderAddress } from '../../../content/origins/folder-packs.ts'
import { gitAddress } from '../../../content/origins/git-packs.ts'
import type { RegistrySecrets } from '../../../content/registry-client.ts'
import { invalid } from '../../invalid.ts'
import { maskedValue } from '../../shapes/masked.ts'

/** What a request says of a registry. A secret that is absent or masked is the one that is stored. */
export interface ParsedRegistry {
  spec: RegistrySpec
  secrets: RegistrySecrets
}

/** Bodies of these operations are optional in the contract. */
export function mustHaveSpec<T>(spec: T | undefined): T {
  if (spec === undefined) throw invalid('spec', 'is missing')
  return spec
}

export const parseHelm = (input: v1HelmRegistrySpec, skipSync: boolean | undefined): ParsedRegistry => ({
  spec: {
    // Clients leave out what is false, also with credentials, and compare what they read.
    ...common(input.endpoint, input.isPrivate ?? false, input.auth.tls),
    type: 'helm',
    ...readAuth(input.auth),
    ...(skipSync && { isSyncOff: true }),
  },
  secrets: secretsOf(input.auth),
})

/** A registry of packs may also be a git repository, or, of tenant `system`, a folder of the server's machine. */
export function parsePack(input: v1PackRegistrySpec, { tenant }: Pick<Subject, 'tenant'>): ParsedRegistry {
  const isPrivate = input.private ?? input.auth.type !== 'noAuth'
  const others = { git: true, folder: tenant === systemTenant }
  return {
    spec: { ...common(input.endpoint, isPrivate, input.auth.tls, others), type: 'pack', ...readAuth(input.auth) },
    secrets: secretsOf(input.auth),
  }
}

export const parseBasic = (input: v1BasicOciRegistrySpec): ParsedRegistry => ({
  spec: {
    ...common(input.endpoint, input.auth.type !== 'noAuth', input.auth.tls),
    type: 'oci',
    ...readAuth(input.auth),
    oci: {
      registryType: 'basic',
      provider: input.providerType ?? 'helm',
      basePath: input.basePath ?? '',
      baseContentPath: input.baseContentPath ?? '',
    },
    ...(!input.isSyncSupported && { isSyncOff: true }),
  },
  secrets: secretsOf(input.auth),
})

export function parseEcr(input: v1EcrRegistrySpec, { tenant }: Pick<Subject, 'tenant'>): ParsedRegistry {
  const { credentials, isPrivate, isSyncSupported } = input
  const spec: RegistrySpec = {
    ...common(input.endpoint, isPrivate, input.tls),
    type: 'oci',
    oci: {
      registryType: 'ecr',
      provider: input.providerType ?? 'helm',
      basePath: '',
      baseContentPath: input.baseContentPath ?? '',
    },
    ...(!isSyncSupported && { isSyncOff: true }),
  }
  if (!isPrivate) return { spec, secrets: {} }
  const region = input.defaultRegion || (/\.ecr\.([a-z0-9-]+)\.amazonaws\.com/.exec(spec.endpoint)?.[1] ?? '')
  if (region === '') throw invalid('spec.defaultRegion', 'is missing, and the endpoint does not name one')
  if (credentials?.credentialType === 'sts')
    return { spec: { ...spec, auth: { type: 'aws', region, role: readRole(credentials.sts, tenant) } }, secrets: {} }
  if (credentials?.credentialType !== undefined && credentials.credentialType !== 'secret')
    throw invalid(
      'spec.credentials.credentialType',
      `'${credentials.credentialType}' is not supported. Use an access key ('secret') or a role ('sts')`,
    )
  const accessKey = credentials?.accessKey ?? ''
  if (accessKey === '') throw invalid('spec.credentials.accessKey', 'is missing')
  const { secretKey, secretToken } = credentials ?? {}
  return {
    spec: { ...spec, auth: { type: 'aws', accessKey, region } },
    secrets: given({ secretKey, sessionToken: secretToken }),
  }
}

const ROLE = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/

/**
 * The installation takes every tenant's roles on with one identity. So that none can name another's, a role must ask for the
 * tenant: the external id is its uid, whatever a tenant may know of others.
 */
function readRole(
  { arn = '', externalId }: v1AwsStsCredentials = {},
  tenant: string,
): { arn: string; externalId: string } {
  if (!ROLE.test(arn))
    throw invalid('spec.credentials.sts.arn', `'${arn}' is no role. Write it like arn:aws:iam::123456789012:role/packs`)
  if (externalId === tenant) return { arn, externalId }
  throw invalid(
    'spec.credentials.sts.externalId',
    `must be '${tenant}', the uid of this tenant. Ask for it in the trust policy of the role (sts:ExternalId)`,
  )
}

/** Endpoint and certificate of any registry. */
function common(
  endpoint: string,
  isPrivate: boolean,
  tls: v1TlsConfiguration | undefined,
  others: AddressKinds = { git: false, folder: false },
): Pick<RegistrySpec, 'endpoint' | 'shownEndpoint' | 'caBundle' | 'isDefault' | 'isPrivate' | 'isTlsShown'> {
  if (tls?.insecureSkipVerify)
    throw invalid(
      'spec.auth.tls.insecureSkipVerify',
      'is not supported. Give the CA that signed the certificate in tls.certificate',
    )
  if (tls?.key) throw invalid('spec.auth.tls.key', 'client certificates are not supported')
  const caBundle = tls?.certificate || tls?.ca || ''
  if (caBundle !== '' && !caBundle.includes('-----BEGIN CERTIFICATE-----'))
    throw invalid('spec.auth.tls.certificate', 'is no certificate in PEM')
  const read = readEndpoint(endpoint, others)
  return {
    endpoint: read,
    ...(read !== endpoint && { shownEndpoint: endpoint }),
    caBundle,
    isDefault: false,
    isPrivate,
    ...(tls?.enabled && { isTlsShown: true }),
  }
}

/** Which addresses a registry may have besides those of https. */
interface AddressKinds {
  git: boolean
  folder: boolean
}

/** Addresses are https; one without a scheme is meant so. */
function readEndpoint(given: string, others: AddressKinds): string {
  const text = given.trim()
  if (text.startsWith('file:')) {
    if (others.folder && folderAddress(text) !== null) return text
    throw invalid(
      'spec.endpoint',
      "a folder of the server's machine is for the operator of the installation alone, in a registry of kind pack, written like file:///srv/packs",
    )
  }
  if (text.startsWith('git+')) {
    if (others.git && gitAddress(text) !== null && URL.canParse(text.slice('git+'.length))) return text
    throw invalid(
      'spec.endpoint',
      `'${text}' is no address of a git repository. Write it like git+https://host/packs.git#main:folder, in a registry of kind pack`,
    )
  }
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`)
  if (url === null || url.hostname === '')
    throw invalid('spec.endpoint', `'${text}' is no address. Write it like https://host/path`)
  if (url.protocol === 'oci:') url.href = url.href.replace(/^oci:/, 'https:')
  if (url.protocol !== 'https:' && url.protocol !== 'oci:') throw invalid('spec.endpoint', 'must be an https address')
  if (url.username || url.password) throw invalid('spec.endpoint', 'must not hold credentials. Give them in auth')
  if (url.search || url.hash) throw invalid('spec.endpoint', 'must not hold a query or fragment')
  return url.href.replace(/^oci:/, 'https:').replace(/\/+$/, '')
}

function readAuth({ type = 'noAuth', username }: v1RegistryAuth): Pick<RegistrySpec, 'auth'> {
  if (type === 'noAuth') return {}
  if (type === 'basic' && !username) throw invalid('spec.auth.username', 'is missing')
  // Beside a token it is for nobody; clients compare what they read.
  return { auth: { type, ...(username && { username }) } }
}

function secretsOf({ type, password, token }: v1RegistryAuth): RegistrySecrets {
  if (type === 'basic') return given({ password })
  return type === 'token' ? given({ token }) : {}
}

/** Clients send a mask for what they do not know. */
const given = (secrets: Record<string, string | undefined>): RegistrySecrets =>
  Object.fromEntries(
    Object.entries(secrets).filter(([, value]) => value && value !== maskedValue && !/^\*+$/.test(value)),
  )
