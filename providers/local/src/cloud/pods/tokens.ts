import type { KubeClient } from '@atrium/kube/client.ts'
import { isForbidden, isNotFound } from '@atrium/kube/errors.ts'
import { requestToken } from '@atrium/kube/token.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { PodObject } from './pod.ts'
import { PodSetupError } from './sources.ts'

/** The API server's minimum, and what kubelet asks for. */
const SHORTEST_SECONDS = 600
const USUAL_SECONDS = 3607
/** Renewed once this share of its life is over, as kubelet does. */
const RENEW_AFTER = 0.8

/** Tokens of one pod's service account, bound to the pod: they die with it. */
export interface PodTokens {
  get(source: { audience?: string; expirationSeconds?: number }): Promise<string>
}

export const podTokens = (client: KubeClient, clock: Clock): ((pod: PodObject) => PodTokens) => {
  const held = new Map<string, { token: string; renewAt: number }>()
  return (pod) => ({
    async get({ audience = '', expirationSeconds = USUAL_SECONDS }) {
      const known = held.get(audience)
      if (known !== undefined && clock.now() < known.renewAt) return known.token
      const askedAt = clock.now()
      const { token, expiresAt } = await request(client, pod, audience, Math.max(SHORTEST_SECONDS, expirationSeconds))
      const lifeMs = Date.parse(expiresAt) - askedAt
      held.set(audience, { token, renewAt: askedAt + lifeMs * RENEW_AFTER })
      return token
    },
  })
}

const request = async (
  client: KubeClient,
  pod: PodObject,
  audience: string,
  expirationSeconds: number,
): Promise<{ token: string; expiresAt: string }> => {
  const { name, namespace = '', uid = '' } = pod.metadata
  const serviceAccount = pod.spec.serviceAccountName ?? 'default'
  try {
    const answer = await requestToken(client, {
      namespace,
      serviceAccount,
      expirationSeconds,
      ...(audience === '' ? {} : { audiences: [audience] }),
      boundTo: { apiVersion: 'v1', kind: 'Pod', name, uid },
    })
    return { token: answer.token.reveal(), expiresAt: answer.expiresAt }
  } catch (error) {
    if (!isNotFound(error) && !isForbidden(error)) throw error
    throw new PodSetupError('ContainerCreating', `no token for service account "${serviceAccount}": it was not found`)
  }
}
