import { Secret } from '@atrium/runtime/base/secret.ts'
import type { KubeClient } from './client.ts'
import { isRecord, type KubeRef } from './object.ts'

export interface TokenRequest {
  namespace: string
  serviceAccount: string
  /** At least 600 (the API server's minimum). */
  expirationSeconds: number
  audiences?: string[]
  /** The token dies with this object (a Pod or Secret of the same namespace). */
  boundTo?: KubeRef & { uid: string }
}

/** A service-account token through the TokenRequest API. */
export async function requestToken(
  client: KubeClient,
  request: TokenRequest,
): Promise<{ token: Secret<string>; expiresAt: string }> {
  const { namespace, serviceAccount, boundTo } = request
  const answer = await client.transport.json({
    method: 'POST',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${encodeURIComponent(serviceAccount)}/token`,
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {
        audiences: request.audiences ?? [],
        expirationSeconds: request.expirationSeconds,
        ...(boundTo
          ? {
              boundObjectRef: {
                apiVersion: boundTo.apiVersion,
                kind: boundTo.kind,
                name: boundTo.name,
                uid: boundTo.uid,
              },
            }
          : {}),
      },
    },
  })
  const status = isRecord(answer) && isRecord(answer.status) ? answer.status : {}
  if (typeof status.token !== 'string' || typeof status.expirationTimestamp !== 'string')
    throw new TypeError(`token request for ${namespace}/${serviceAccount}: the answer holds no token`)
  return { token: new Secret(status.token), expiresAt: status.expirationTimestamp }
}
