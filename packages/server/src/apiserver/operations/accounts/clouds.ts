import type { CloudAccess } from '../../../clouds/client.ts'

/** What is special about the accounts of one cloud of the public API. */
export interface AccountCloud {
  cloudType: string
  /** Of its `spec` in the contract. */
  schema: string
  /** Dotted paths below `spec` that are stored sealed and shown masked. */
  secrets: readonly string[]
  /** Dotted paths below `spec` that must not be empty. */
  required(settings: CloudAccess['settings']): readonly string[]
  /** Fields that decide where the secrets go: when one changes, they must be given again. */
  address: readonly string[]
  /** Only reached through a private gateway: an account names one. */
  isPrivate: boolean
  /** What clients take for granted in an answer. */
  defaults?: Record<string, unknown>
}

/** What each sort of credentials of AWS consists of. */
const awsCredentials: Record<string, readonly string[]> = {
  secret: ['accessKey', 'secretKey'],
  sts: ['sts.arn'],
  'pod-identity': ['podIdentity.roleArn'],
}

export const aws: AccountCloud = {
  cloudType: 'aws',
  schema: 'v1AwsCloudAccount',
  // The access key is a name, and clients compare it.
  secrets: ['secretKey', 'secretToken', 'sts.externalId', 'secretSpec.tls.key'],
  required: ({ credentialType = 'secret' }) => awsCredentials[String(credentialType)] ?? [],
  address: [],
  isPrivate: false,
  defaults: { credentialType: 'secret' },
}

export const azure: AccountCloud = {
  cloudType: 'azure',
  schema: 'v1AzureCloudAccount',
  secrets: ['clientSecret'],
  required: () => ['tenantId', 'clientId', 'clientSecret'],
  address: ['azureEnvironment', 'tls'],
  isPrivate: false,
  defaults: { settings: { disablePropertiesRequest: false } },
}

export const gcp: AccountCloud = {
  cloudType: 'gcp',
  schema: 'v1GcpAccountSpec',
  secrets: ['jsonCredentials'],
  required: () => ['jsonCredentials'],
  address: [],
  isPrivate: false,
}

export const vsphere: AccountCloud = {
  cloudType: 'vsphere',
  schema: 'v1VsphereCloudAccount',
  secrets: ['password'],
  required: () => ['vcenterServer', 'username', 'password'],
  address: ['vcenterServer', 'insecure'],
  isPrivate: true,
}

export const maas: AccountCloud = {
  cloudType: 'maas',
  schema: 'v1MaasCloudAccount',
  secrets: ['apiKey'],
  required: () => ['apiEndpoint', 'apiKey'],
  address: ['apiEndpoint'],
  isPrivate: true,
}

export const cloudStack: AccountCloud = {
  cloudType: 'apache-cloudstack',
  schema: 'v1CloudStackCloudAccount',
  secrets: ['apiKey', 'secretKey'],
  required: () => ['apiUrl', 'apiKey', 'secretKey'],
  address: ['apiUrl', 'insecure'],
  isPrivate: true,
}
