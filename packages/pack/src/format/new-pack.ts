/** What a new pack is to be. */
export interface NewPack {
  name: string
  version: string
  displayName: string
  /** What it installs: a chart of its own, or a manifest. */
  content: 'chart' | 'manifest'
  layer: 'addon' | 'cni' | 'csi'
  addonType: string
}

const IMAGE = 'registry.k8s.io/pause:3.10'
/** One grey point: the catalogue wants some picture. */
const LOGO = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYPhfDwAChAGA60e6kgAAAABJRU5ErkJggg=='

/** Files of a pack that lint finds nothing in, and that installs one Deployment: a place to start from. */
export function newPackFiles(pack: NewPack): Map<string, Uint8Array> {
  const texts: Record<string, string> = {
    'pack.json': `${JSON.stringify(packJson(pack), null, 2)}\n`,
    'values.yaml': valuesText(pack),
    'README.md': `# ${pack.displayName}\n\nWhat it installs, what it needs, and which values people will want to change.\n`,
    ...(pack.content === 'chart' ? chartFiles(pack) : manifestFiles(pack)),
  }
  const files = new Map(Object.entries(texts).map(([path, text]) => [path, new TextEncoder().encode(text)]))
  return files.set(
    'logo.png',
    Uint8Array.from(atob(LOGO), (letter) => letter.charCodeAt(0)),
  )
}

const packJson = ({ name, version, displayName, content, layer, addonType }: NewPack): object => ({
  name,
  displayName,
  version,
  layer,
  ...(layer === 'addon' && { addonType }),
  cloudTypes: ['all'],
  annotations: { source: 'community' },
  ...(content === 'chart'
    ? { charts: [`charts/${name}-${version}.tgz`] }
    : { kubeManifests: [`manifests/${name}.yaml`] }),
})

const valuesText = ({ name, content }: NewPack): string => `pack:
  # Where the pack is installed; a namespace of its own.
  namespace: ${name}
  content:
    # Every image that runs: mirrors and scans read this list.
    images:
      - image: ${IMAGE}

${content === 'chart' ? 'charts' : 'manifests'}:
  ${name}:
    # Number of pods.
    replicas: 1
    image: ${IMAGE}
`

const chartFiles = ({ name, version }: NewPack): Record<string, string> => ({
  [`charts/${name}/Chart.yaml`]: `apiVersion: v2\nname: ${name}\nversion: ${version}\n`,
  [`charts/${name}/values.yaml`]: `replicas: 1\nimage: ${IMAGE}\n`,
  [`charts/${name}/templates/deployment.yaml`]: deployment('{{ .Release.Name }}'),
})

const manifestFiles = ({ name }: NewPack): Record<string, string> => ({ [`manifests/${name}.yaml`]: deployment(name) })

const deployment = (name: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
        - name: main
          image: {{ .Values.image | quote }}
`
