import { Secret } from '@atrium/runtime/base/secret.ts'
import type { CloudAccess } from './client.ts'
import { type CloudRequest, formHeaders, readToken, refused, settingOf } from './request.ts'

/** Where each of Azure's clouds signs in, and what is managed there. */
const environments: Record<string, { login: string; management: string }> = {
  AzurePublicCloud: { login: 'login.microsoftonline.com', management: 'https://management.azure.com' },
  AzureUSGovernmentCloud: { login: 'login.microsoftonline.us', management: 'https://management.usgovcloudapi.net' },
  AzureChinaCloud: { login: 'login.chinacloudapi.cn', management: 'https://management.chinacloudapi.cn' },
  AzureUSSecretCloud: {
    login: 'login.microsoftonline.microsoft.scloud',
    management: 'https://management.azure.microsoft.scloud',
  },
}
const aliases: Record<string, string> = { '': 'AzurePublicCloud', AzureUSGovernment: 'AzureUSGovernmentCloud' }

/** Azure numbers its reasons. */
const fieldsOfCodes = new Map([
  [90002, 'tenantId'],
  [900023, 'tenantId'],
  [700016, 'clientId'],
  [7000215, 'clientSecret'],
  [7000222, 'clientSecret'],
])
const fieldsOfErrors: Record<string, string> = { invalid_request: 'tenantId', unauthorized_client: 'clientId' }

/** A token of the account's application, for `scope`; what may be managed unless given. */
export async function azureToken(ask: CloudRequest, account: CloudAccess, scope?: string): Promise<Secret<string>> {
  const { at, secrets } = account
  const named = settingOf(account, 'azureEnvironment')
  const environment = environments[aliases[named] ?? named]
  if (!environment) throw refused(`${at}azureEnvironment`, `'${named}' is none that is known`)
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: settingOf(account, 'clientId'),
    client_secret: secrets['clientSecret']?.reveal() ?? '',
    scope: scope ?? `${environment.management}/.default`,
  })
  const url = `https://${environment.login}/${encodeURIComponent(settingOf(account, 'tenantId'))}/oauth2/v2.0/token`
  const caBundle = certificateOf(account)
  const request = {
    method: 'POST',
    headers: formHeaders,
    body: body.toString(),
    ...(caBundle && { caBundle }),
  } as const
  const { token, error, codes } = readToken(await ask(url, request, `${at}tenantId`))
  if (token) return new Secret(token)
  const code = codes.find((one) => fieldsOfCodes.has(one))
  const field = fieldsOfCodes.get(code ?? 0) ?? fieldsOfErrors[error] ?? 'clientSecret'
  throw refused(`${at}${field}`, `Azure does not take it (${code ? `AADSTS${code}` : error})`)
}

/** Asks Azure for a token. */
export const checkAzure = async (ask: CloudRequest, account: CloudAccess): Promise<void> => {
  await azureToken(ask, account)
}

/** A cloud of its own may have an authority of its own. */
function certificateOf({ settings }: CloudAccess): string {
  const { cert } = Object(settings['tls']) as { cert?: unknown }
  return typeof cert === 'string' && cert.includes('-----BEGIN CERTIFICATE-----') ? cert : ''
}
