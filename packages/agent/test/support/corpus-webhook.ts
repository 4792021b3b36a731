import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { isRecord, type KubeObject } from '@atrium/kube/object.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { createAuthority, issueCertificate } from '@atrium/runtime/pki/pki.ts'

interface Operation {
  op: 'add' | 'replace'
  path: string
  value: unknown
}
interface PodLike extends KubeObject {
  spec: { template: { spec: { containers: { image: string; env?: unknown[] }[] } } }
}

const podSpec = '/spec/template/spec'
const containersOf = (object: KubeObject) => (object as PodLike).spec.template.spec.containers
const has = (object: KubeObject, text: string): boolean => JSON.stringify(object).includes(text)
const annotate = (object: KubeObject, name: string, value: string): Operation =>
  object.metadata.annotations
    ? { op: 'add', path: `/metadata/annotations/${name}`, value }
    : { op: 'add', path: '/metadata/annotations', value: { [name]: value } }
let stamps = 0

/** What webhooks in clusters do, by the value of the label `mutate`. */
const mutations: Record<string, (object: KubeObject) => Operation[]> = {
  sidecar: (object) =>
    has(object, '"injected"')
      ? []
      : [{ op: 'add', path: `${podSpec}/containers/-`, value: { name: 'injected', image: 'proxy:1' } }],
  'sidecar-first': (object) =>
    has(object, '"injected"')
      ? []
      : [{ op: 'add', path: `${podSpec}/containers/0`, value: { name: 'injected', image: 'proxy:1' } }],
  registry: (object) =>
    containersOf(object).flatMap(({ image }, index) =>
      image.startsWith('mirror/')
        ? []
        : [{ op: 'replace', path: `${podSpec}/containers/${index}/image`, value: `mirror/${image}` }],
    ),
  label: (object) =>
    [{ op: 'add', path: '/metadata/labels/injected', value: 'yes' }].filter(
      () => !has(object, '"injected"'),
    ) as Operation[],
  env: (object) =>
    has(object, 'PROXY')
      ? []
      : [
          {
            op: 'add',
            path: `${podSpec}/containers/0/env`,
            value: [...(containersOf(object)[0]?.env ?? []), { name: 'PROXY', value: 'p' }],
          },
        ],
  toleration: (object) =>
    has(object, '"injected"')
      ? []
      : [{ op: 'add', path: `${podSpec}/tolerations`, value: [{ key: 'injected', operator: 'Exists' }] }],
  // Another value with every write, also with a dry run.
  stamp: (object) => [annotate(object, 'stamp', String(stamps++))],
}

/** A real mutating webhook. */
export async function startWebhook(): Promise<{ configuration: KubeObject; stop(): Promise<void> }> {
  const deps = { clock: systemClock, random: systemRandom, validityMs: 3_600_000 }
  const authority = await createAuthority({ ...deps, commonName: 'webhook-ca' })
  const certificate = await issueCertificate(authority, {
    ...{ ...deps, commonName: 'webhook', ipAddresses: ['127.0.0.1'], dnsNames: [], usages: ['server'] },
  })
  const server = createServer(
    { cert: certificate.certificatePem, key: certificate.privateKeyPem },
    (request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify(reviewed(JSON.parse(Buffer.concat(parts).toString('utf8')))))
      })
    },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { configuration: configurationOf(server, authority.certificatePem), stop: () => closed(server) }
}

const closed = (server: Server): Promise<void> => {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}

function reviewed(review: unknown): object {
  const request = isRecord(review) && isRecord(review.request) ? review.request : {}
  const object = request.object as KubeObject
  const operations = mutations[object.metadata.labels?.mutate ?? '']?.(object) ?? []
  const patch = Buffer.from(JSON.stringify(operations)).toString('base64')
  return {
    ...{ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' },
    response: { uid: request.uid, allowed: true, ...(operations.length > 0 ? { patch, patchType: 'JSONPatch' } : {}) },
  }
}

const configurationOf = (server: Server, caPem: string): KubeObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'corpus' },
  webhooks: [
    {
      name: 'corpus.example.com',
      clientConfig: {
        url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`,
        caBundle: Buffer.from(caPem).toString('base64'),
      },
      rules: [{ apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], operations: ['CREATE', 'UPDATE'] }],
      objectSelector: { matchExpressions: [{ key: 'mutate', operator: 'Exists' }] },
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      reinvocationPolicy: 'IfNeeded',
    },
  ],
})
