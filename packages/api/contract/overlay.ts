/**
 * What stands beside the imported contract: operations and fields that newer clients use, and places where the
 * published schemas are narrower than what clients send and read.
 */
import type { Contract, Operation, Schema } from '../scripts/contract-model.ts'

const text: Schema = { type: 'string' }
const uidAnswer: Schema = { $ref: 'v1Uid' }
const tenantUid = { name: 'tenantUid', in: 'path', required: true, schema: text } as const
const uid = { name: 'uid', in: 'path', required: true, schema: text } as const
const splunk = '/v1/tenants/{tenantUid}/datasinks/splunk'
const splunkBody = { schema: { $ref: 'v1SplunkSink' }, required: true }

/** Audit sinks for Splunk: used by the Terraform provider, absent from the published file. */
const splunkOperations: Operation[] = [
  {
    id: 'v1TenantsDataSinksSplunkValidate',
    method: 'POST',
    path: `${splunk}/validate`,
    parameters: [tenantUid],
    body: splunkBody,
    responses: { 204: null },
  },
  {
    id: 'v1TenantsDataSinksSplunkCreate',
    method: 'POST',
    path: splunk,
    parameters: [tenantUid],
    body: splunkBody,
    responses: { 201: uidAnswer },
  },
  {
    id: 'v1TenantsDataSinksSplunkGet',
    method: 'GET',
    path: `${splunk}/{uid}`,
    parameters: [tenantUid, uid],
    responses: { 200: { $ref: 'v1SplunkSink' } },
  },
  {
    id: 'v1TenantsDataSinksSplunkUpdate',
    method: 'PUT',
    path: `${splunk}/{uid}`,
    parameters: [tenantUid, uid],
    body: splunkBody,
    responses: { 204: null },
  },
  {
    id: 'v1TenantsDataSinksSplunkDelete',
    method: 'DELETE',
    path: `${splunk}/{uid}`,
    parameters: [tenantUid, uid],
    responses: { 204: null },
  },
]

/** The JSON names of the sink's settings are not known: any are taken. */
const splunkSink: Schema = {
  type: 'object',
  properties: { metadata: { $ref: 'v1ObjectMeta' }, spec: { type: 'object', additionalProperties: true } },
}

/** Fields newer clients send, by the schemas that take them. */
const newerFields: { schemas: RegExp; field: string; schema: Schema }[] = [
  { schemas: /^v1(?!Host|Cluster|Import).*ClusterConfig(Entity)?$/, field: 'overrideClusterApiConfig', schema: text },
  { schemas: /^v1.*MachinePoolConfig(Entity)?$/, field: 'overrideClusterApiConfig', schema: text },
  {
    schemas: /^v1.*MachinePoolConfig(Entity)?$/,
    field: 'overrideHealthCheckConfiguration',
    schema: { type: 'object', additionalProperties: true },
  },
  { schemas: /^v1Azure(Managed)?MachinePoolConfig$/, field: 'osSku', schema: text },
]

function addNewerFields(schemas: Record<string, Schema>): void {
  for (const { schemas: pattern, field, schema } of newerFields) {
    for (const [name, target] of Object.entries(schemas)) {
      if (pattern.test(name) && target.properties) target.properties[field] ??= schema
    }
  }
}

/** The link to a manifest is fetched by `kubectl`, without any header: what opens it stands in its address. */
function addImportToken(operations: Operation[]): void {
  const fetch = operations.find(({ id }) => id === 'v1SpectroClustersUidImportManifest')
  fetch?.parameters.push({ name: 'token', in: 'query', required: false, schema: text })
}

/** What a sign-in with passwords and second factors asks for beside the published file. */
function addSignIn({ operations, schemas }: Contract): void {
  const password: Schema = { type: 'string', maxLength: 1024 }
  // Whoever changes their second factors types their password again.
  Object.assign(schemas.v1MfaDeviceName?.properties ?? {}, { password })
  const removal = operations.find(({ id }) => id === 'V1UsersMfaDevicesNameDelete')
  if (removal) removal.body = { schema: { type: 'object', properties: { password } }, required: false }
  // An e-mail may be known to several organisations.
  const change = operations.find(({ id }) => id === 'V1UsersPasswordChange')
  Object.assign(change?.body?.schema.properties ?? {}, { org: text })
  // An object in the file; browsers send and read base64url.
  Object.assign(schemas.v1MfaUserEntity?.properties ?? {}, { id: text })
  // What browsers call it.
  Object.assign(schemas.v1MfaCredentialCreationRequest?.properties ?? {}, { type: text })
}

/** Of a certificate of a tenant, who the authorities in it are and until when: read only. */
function addAuthorities({ schemas }: Contract): void {
  const time: Schema = { type: 'string', format: 'date-time' }
  const properties = { subject: text, notBefore: time, notAfter: time, fingerprint: text }
  Object.assign(schemas.v1Cert?.properties ?? {}, {
    authorities: { type: 'array', items: { type: 'object', properties } },
  })
}

/**
 * Ways back from identity providers: who names itself in its answer (RFC 9207) sends `iss`, a browser goes on to the program it
 * signs in for, and a provider that ends a session gets its answer by the browser.
 */
function addWaysBack(operations: Operation[]): void {
  const of = (id: string): Operation | undefined => operations.find((operation) => operation.id === id)
  of('V1OidcCallback')?.parameters.push({ name: 'iss', in: 'query', required: false, schema: text })
  for (const id of ['V1OidcCallback', 'V1SamlCallback', 'V1SamlLogout']) {
    const operation = of(id)
    if (operation) operation.responses = { ...operation.responses, 303: null }
  }
}

/** Changes `contract` in place and returns it. */
export function applyOverlay(contract: Contract): Contract {
  const { schemas } = contract
  contract.operations.push(...splunkOperations)
  schemas.v1SplunkSink = splunkSink
  // Custom cloud types (`local`, OpenStack) have names of their own.
  schemas.v1CloudType = { type: 'string' }
  // Locations on Azure have operations of their own, and their kind is missing here.
  schemas.v1LocationType = { type: 'string', enum: ['s3', 'gcp', 'minio', 'azure'] }
  // `details` is an object in the file, and anything in practice.
  for (const name of ['V1Error', 'v1Error']) {
    schemas[name] = { type: 'object', properties: { code: text, details: {}, message: text, ref: text } }
  }
  addNewerFields(schemas)
  addImportToken(contract.operations)
  addSignIn(contract)
  addAuthorities(contract)
  addWaysBack(contract.operations)
  return contract
}
