import type { KubeClient } from '@atrium/kube/client.ts'
import { isRecord, type KubeRef } from '@atrium/kube/object.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { FIELD_MANAGER } from './names.ts'
import type { AgentIdentity, IdentityStore } from './ports.ts'

const NAME = 'atrium-agent-identity'
const fields = ['clusterUid', 'privateKeyPem', 'certificatePem', 'tokenHash', 'caBundlePem', 'notAfter'] as const

/** Secret `atrium-agent-identity` of the agent's namespace. */
export function clusterIdentityStore(client: KubeClient, namespace: string): IdentityStore {
  const ref: KubeRef = { apiVersion: 'v1', kind: 'Secret', namespace, name: NAME }
  return {
    async load() {
      const secret = await client.find(ref)
      const data = secret && isRecord(secret.data) ? secret.data : null
      if (!data) return null
      const text = (field: (typeof fields)[number]): string =>
        typeof data[field] === 'string' ? Buffer.from(data[field], 'base64').toString('utf8') : ''
      return {
        clusterUid: text('clusterUid'),
        privateKeyPem: new Secret(text('privateKeyPem')),
        certificatePem: text('certificatePem'),
        tokenHash: text('tokenHash'),
        caBundlePem: text('caBundlePem'),
        notAfter: text('notAfter'),
      }
    },
    async save(identity: AgentIdentity) {
      const text = { ...identity, privateKeyPem: identity.privateKeyPem.reveal() }
      const data = Object.fromEntries(fields.map((field) => [field, Buffer.from(text[field]).toString('base64')]))
      await client.apply(
        {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: NAME, namespace },
          type: 'atrium.dev/agent-identity',
          data,
        },
        { fieldManager: FIELD_MANAGER, force: true },
      )
    },
  }
}
