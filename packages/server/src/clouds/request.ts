import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { EgressRequest } from '@atrium/runtime/egress/egress.ts'
import { EgressError } from '@atrium/runtime/egress/error.ts'
import { systemTenant } from '@atrium/runtime/store/store.ts'
import type { CloudAccess, CloudDeps } from './client.ts'

const limits = { timeoutMs: 15_000, maxBytes: 256 * 1024 } as const

/** A request to a cloud. `field` is named when the cloud cannot be asked at all. */
export type CloudRequest = (
  url: string,
  request: EgressRequest,
  field: string,
) => Promise<{ status: number; text: string }>

/** Requests in the tenant's name; a mirror is the installation's. */
export const createCloudRequest =
  ({ egressOf, mirror }: CloudDeps, tenant: string): CloudRequest =>
  async (url, request, field) => {
    const { host } = new URL(url)
    const egress = await egressOf(mirror === null ? tenant : systemTenant)
    try {
      const answer = await egress.request(...towards(mirror, url, request))
      const text = await answer.text()
      if (answer.status < 500) return { status: answer.status, text }
      throw new EgressError('network', `${host} answers ${answer.status}`)
    } catch (error) {
      if (!(error instanceof EgressError)) throw error
      const message = `the cloud cannot be asked: ${error.message.replace(/\.$/, '')}. Try again, or look at what this server may reach`
      throw refused(field, message, error)
    }
  }

function towards(mirror: string | null, url: string, request: EgressRequest): [string, EgressRequest] {
  if (mirror === null) return [url, { ...limits, ...request }]
  // The mirror has a name and a certificate of its own, and knows from the path whom it speaks to.
  const { caBundle: _bundle, headers: { host: _host, ...headers } = {}, ...rest } = request
  return [`${mirror}/${url.slice('https://'.length)}`, { ...limits, ...rest, headers }]
}

export const refused = (field: string, text: string, cause?: unknown): AtriumError =>
  new AtriumError('InvalidRequest', `${field}: ${text}.`, { details: { field }, cause })

/** A setting as text; empty = not given. */
export function settingOf({ settings }: CloudAccess, name: string): string {
  const value = settings[name]
  return typeof value === 'string' ? value : ''
}

export const formHeaders = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }

/** The token of an OAuth answer, or what the cloud says instead. */
export function readToken({ status, text }: { status: number; text: string }): {
  token?: string
  error: string
  codes: number[]
} {
  const body = parsed(text)
  const { access_token: token, error, error_codes: codes } = body
  if (status === 200 && typeof token === 'string' && token !== '') return { token, error: '', codes: [] }
  return { error: typeof error === 'string' ? error : `status ${status}`, codes: Array.isArray(codes) ? codes : [] }
}

function parsed(text: string): { access_token?: unknown; error?: unknown; error_codes?: unknown } {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}
