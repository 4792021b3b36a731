import { randomBytes, X509Certificate } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { SamlpResponse } from 'samlp'

/** A service as its metadata tells. */
export interface SamlService {
  entityId: string
  acs: string
  logout: string
  logoutByRedirect: string
  /** '' = it has no key. */
  certificatePem: string
}

export function readService(metadata: string): SamlService {
  const of = (element: string, attribute: string): string =>
    new RegExp(`<${element} [^>]*${attribute}="([^"]*)"`).exec(metadata)?.[1]?.replaceAll('&amp;', '&') ?? ''
  const certificate = /X509Certificate>([^<]*)</.exec(metadata)?.[1] ?? ''
  return {
    entityId: of('EntityDescriptor', 'entityID'),
    acs: of('AssertionConsumerService', 'Location'),
    logout: of('SingleLogoutService', 'POST" Location'),
    logoutByRedirect: of('SingleLogoutService', 'Redirect" Location'),
    certificatePem:
      certificate &&
      `-----BEGIN CERTIFICATE-----\n${certificate.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  }
}

/** Options of the library, to encrypt what it says for whoever has this certificate. */
export const encryptionFor = (certificatePem: string) => ({
  encryptionCert: certificatePem,
  encryptionPublicKey: new X509Certificate(certificatePem).publicKey.export({ type: 'spki', format: 'pem' }),
})

/** What the library writes to, as it knows it from other servers. */
export const responseFor = (response: ServerResponse): SamlpResponse => ({
  set: (name, value) => void response.setHeader(name, value),
  send(answer, body) {
    if (typeof answer === 'number') response.writeHead(answer).end(String(body ?? ''))
    else response.end(answer)
  },
  redirect: (location) => void response.writeHead(302, { location }).end(),
})

export const readForm = async (request: IncomingMessage): Promise<Record<string, string>> =>
  Object.fromEntries(new URLSearchParams(await text(request)))

type Done<T> = (error: null, value: T) => void

/** Logouts under way, as the library has them kept. */
export function logoutStore() {
  const states = new Map<string, unknown>()
  return {
    save(_request: unknown, state: unknown, done: Done<string>): void {
      const handle = randomBytes(8).toString('hex')
      states.set(handle, state)
      done(null, handle)
    },
    load(_request: unknown, handle: string, ...rest: [object, Done<unknown>] | [Done<unknown>]): void {
      const done = rest.at(-1) as Done<unknown>
      done(null, states.get(handle))
    },
    update(_request: unknown, handle: string, state: unknown, done: Done<null>): void {
      states.set(handle, state)
      done(null, null)
    },
  }
}
