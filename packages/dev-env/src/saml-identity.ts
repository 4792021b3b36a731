import { systemClock } from '@atrium/runtime/base/clock.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { createSelfSigned } from '@atrium/runtime/pki/pki.ts'
import samlp from 'samlp'

/** An identity provider as others know it, and the key it signs with. */
export interface SamlIdentity {
  entityId: string
  /** For the settings of a tenant. */
  metadata: string
  certificatePem: string
  privateKeyPem: string
}

/** Makes one whose sign-in and logout stand below `url`. */
export async function createSamlIdentity(url: string): Promise<SamlIdentity> {
  const deps = { clock: systemClock, random: systemRandom }
  const keys = await createSelfSigned({ ...deps, commonName: 'identity provider of a test', validityMs: 86_400_000 })
  const entityId = `${url}/metadata`
  const paths = { redirectEndpointPath: '/sso', postEndpointPath: '/sso', logoutEndpointPaths: { redirect: '/slo' } }
  let metadata = ''
  samlp.metadata({ issuer: entityId, cert: keys.certificatePem, ...paths })(
    {
      ...{ method: 'GET', query: {}, body: {}, protocol: 'https', originalUrl: '' },
      headers: { host: new URL(url).host },
    },
    {
      set: () => undefined,
      send: (text) => {
        metadata = String(text)
      },
      redirect: () => undefined,
    },
    (error) => {
      throw error
    },
  )
  return { entityId, metadata, ...keys }
}
