import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { samplePacks } from '@atrium/dev-env/sample-packs.ts'

/** A published pack, and how it is installed. */
export interface Sample {
  /** Of its folder, which tells it from all others. */
  id: string
  folder: string
  name: string
  version: string
  /** Packs it asks for, installed with it. */
  needs: readonly Sample[]
  given: Given
}

/** What somebody who installs it has to give, because the pack leaves it open. */
export interface Given {
  /** Keys that stand without a value, or with an empty one, in its values, and one for each. */
  blanks?: Readonly<Record<string, string>>
  variables?: Readonly<Record<string, string>>
  /** Kinds (`Thing.group/version`) whose definitions a pack brings that is not among the samples, or an operator at work. */
  definitions?: readonly string[]
  /** It brings admission webhooks, for which nobody answers here: it gets a cluster that others do not share. */
  hasWebhooks?: boolean
}

/** Whose collectors find out for themselves whose data they send. */
const tokenUrl = 'https://login.example.com/auth/11111111-2222-3333-4444-555555555555/default/oauth2/token'
const account = { clientId: 'id', clientSecret: 'secret', tokenUrl, tenantId: 'tenant' }
const collector = { ...account, endpoint: 'https://data.example.com', clusterName: 'samples' }
const amazon = { blanks: { awsAccountNumber: '123456789012' } }
const nvidia = { variables: { NGC_API_KEY: 'key' } }
const certManager = ['Certificate.cert-manager.io/v1', 'Issuer.cert-manager.io/v1']
const monitored = ['Clustermon', 'Containermon', 'Inframon', 'Servermon'].map(
  (kind) => `${kind}.cluster.appdynamics.com/v1alpha1`,
)
const hasWebhooks = true
const given: Readonly<Record<string, Given>> = {
  'antrea-1.9.0': { hasWebhooks },
  'appdynamics-collectors-1.22.1287': { blanks: collector, definitions: monitored, hasWebhooks },
  'appdynamics-operators-1.22.374': { blanks: collector, definitions: certManager, hasWebhooks },
  'elastic-operator-3.4.0': { hasWebhooks },
  'elastic-stack-0.19.0': { hasWebhooks },
  'external-snapshotter-4.0.1': { blanks: { driver: 'hostpath.csi.k8s.io' }, hasWebhooks },
  'karpenter-1.0.5': amazon,
  'karpenter-1.5.1': amazon,
  'kubeflow-full-1.5.0': { hasWebhooks },
  'kyverno-1.12.2': { hasWebhooks },
  'nvidia-vss-application-1.0.0': nvidia,
  'nvidia-vss-core-nims-1.0.0': nvidia,
  'piraeus-operator-2.9.0': { hasWebhooks },
}

interface PackJson {
  name: string
  version: string
  constraints?: { dependencies?: { packName: string; type?: string }[] }
}

/** Every pack there is at hand, in the order of their folders. */
export async function readSamples(): Promise<Sample[]> {
  const read = (await samplePacks()).map((folder) => {
    const pack = JSON.parse(readFileSync(join(folder, 'pack.json'), 'utf8')) as PackJson
    const id = basename(folder)
    return { id, folder, pack, sample: { ...pack, id, folder, needs: [], given: given[id] ?? {} } as Sample }
  })
  const needsOf = ({ constraints }: PackJson): Sample[] =>
    (constraints?.dependencies ?? [])
      .filter(({ type }) => type === 'required')
      .flatMap(({ packName }) => read.findLast(({ pack }) => pack.name === packName)?.sample ?? [])
  return read.map(({ sample, pack }) => ({ ...sample, needs: needsOf(pack) }))
}

/** The sample's values with what has to be given. */
export const filledIn = (values: string, { blanks = {} }: Given): string =>
  Object.entries(blanks).reduce(
    (text, [key, value]) => text.replaceAll(new RegExp(`^( *${key}:)(?: "")? *$`, 'gm'), `$1 ${JSON.stringify(value)}`),
    values,
  )

/** A definition that takes any object of a kind. */
export function definitionOf(described: string): string {
  const [, kind = '', group = '', version = ''] = /^(\w+)\.(.+)\/(\w+)$/.exec(described) ?? []
  const [singular, plural] = [kind.toLowerCase(), `${kind.toLowerCase()}s`]
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  return JSON.stringify({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      ...{ group, scope: 'Namespaced', names: { kind, listKind: `${kind}List`, singular, plural } },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  })
}
