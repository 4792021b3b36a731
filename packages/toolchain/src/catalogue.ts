/** Every external binary Atrium uses: its version, where releases lie, and how it is built when there is none. */
export const toolNames = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
  'kwok',
  'helm',
  'registry',
  'kube-apiserver-1.35',
  'kube-controller-manager-1.35',
  'kube-scheduler-1.35',
] as const
export type ToolName = (typeof toolNames)[number]

/**
 * Those the one-machine edition starts or hands to the agent's image. `kubectl` is the user's, and a further Kubernetes
 * is obtained when the first cluster asks for it.
 */
export const platformTools = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
  'helm',
  'registry',
] as const satisfies ToolName[]

/** A machine as Go and the publishers name it. */
export interface Platform {
  os: 'linux' | 'darwin'
  arch: 'amd64' | 'arm64'
}

export interface Release {
  url: string
  /** The publisher's file that holds the digest. Without it a release is not used. */
  checksumUrl: string
  /**
   * `sums`: a bare digest, or lines of digest and file name.
   * `github`: GitHub's description of the release, where each asset carries a digest.
   */
  checksumFormat: 'sums' | 'github'
  /** The path of the binary inside a tar.gz; null when the download is the binary. */
  member: string | null
}

export interface Tool {
  /** Without a leading `v`. */
  version: string
  /** Arguments that print the version. */
  versionArgs: readonly string[]
  /** Folder below `tools/` whose go.mod pins it. Tools of one module are built by one command. */
  module: string
  goPackage: string
  ldflags: readonly string[]
  /** null: not published for this platform. */
  release: (platform: Platform) => Release | null
  /** Size of the binary, in bytes: for estimates. */
  sizeBytes: number
  /** Cold build on two idle cores, in seconds: for estimates. */
  buildSeconds: number
}

const KUBERNETES = '1.34.4'
const NEXT_KUBERNETES = '1.35.4'
const ETCD = '3.6.14'
const KWOK = '0.8.0'
const HELM = '4.3.1'
const REGISTRY = '3.0.0'

/** Clients such as Cluster API refuse a control plane that calls itself `v0.0.0-master`. */
const kubernetesStamps = (version: string): string[] => {
  const [major, minor] = version.split('.')
  const stamps = {
    gitVersion: `v${version}`,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'clean',
    // The commit and date of the release are not part of the Go module: say so in the form the parsers expect.
    gitCommit: 'unknown',
    buildDate: '1970-01-01T00:00:00Z',
  }
  return ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((variable) =>
    Object.entries(stamps).map(([name, value]) => `-X ${variable}.${name}=${value}`),
  )
}

type KubernetesProgram = 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kubectl'

const kubernetesTool = (
  program: KubernetesProgram,
  sizeBytes: number,
  buildSeconds: number,
  version = KUBERNETES,
): Tool => ({
  version,
  versionArgs: program === 'kubectl' ? ['version', '--client'] : ['--version'],
  module: version === KUBERNETES ? 'kubernetes' : `kubernetes-${minorOf(version)}`,
  goPackage: `k8s.io/kubernetes/cmd/${program}`,
  ldflags: kubernetesStamps(version),
  release: ({ os, arch }) => {
    // The control plane is published for Linux alone.
    if (os !== 'linux' && program !== 'kubectl') return null
    const url = `https://dl.k8s.io/release/v${version}/bin/${os}/${arch}/${program}`
    return { url, checksumUrl: `${url}.sha256`, checksumFormat: 'sums', member: null }
  },
  sizeBytes,
  buildSeconds,
})

const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.')

const etcd: Tool = {
  version: ETCD,
  versionArgs: ['--version'],
  module: 'etcd',
  goPackage: 'go.etcd.io/etcd/server/v3',
  ldflags: [],
  release: ({ os, arch }) => {
    // macOS archives are zip files: Go builds it there.
    if (os !== 'linux') return null
    const base = `https://github.com/etcd-io/etcd/releases/download/v${ETCD}`
    const folder = `etcd-v${ETCD}-${os}-${arch}`
    return {
      url: `${base}/${folder}.tar.gz`,
      checksumUrl: `${base}/SHA256SUMS`,
      checksumFormat: 'sums',
      member: `${folder}/etcd`,
    }
  },
  sizeBytes: 27e6,
  buildSeconds: 57,
}

const kwok: Tool = {
  version: KWOK,
  versionArgs: ['--version'],
  module: 'kwok',
  goPackage: 'sigs.k8s.io/kwok/cmd/kwok',
  ldflags: [],
  release: ({ os, arch }) => ({
    url: `https://github.com/kubernetes-sigs/kwok/releases/download/v${KWOK}/kwok-${os}-${arch}`,
    // The project publishes no checksum file; GitHub records the digest of each asset as it was uploaded.
    checksumUrl: `https://api.github.com/repos/kubernetes-sigs/kwok/releases/tags/v${KWOK}`,
    checksumFormat: 'github',
    member: null,
  }),
  sizeBytes: 64e6,
  buildSeconds: 109,
}

const helm: Tool = {
  version: HELM,
  versionArgs: ['version', '--template', '{{.Version}}'],
  module: 'helm',
  goPackage: 'helm.sh/helm/v4/cmd/helm',
  ldflags: [`-X helm.sh/helm/v4/internal/version.version=v${HELM}`],
  release: ({ os, arch }) => {
    const url = `https://get.helm.sh/helm-v${HELM}-${os}-${arch}.tar.gz`
    return { url, checksumUrl: `${url}.sha256sum`, checksumFormat: 'sums', member: `${os}-${arch}/helm` }
  },
  sizeBytes: 67e6,
  buildSeconds: 150,
}

const registry: Tool = {
  version: REGISTRY,
  versionArgs: ['--version'],
  module: 'registry',
  goPackage: 'github.com/distribution/distribution/v3/cmd/registry',
  ldflags: [],
  release: ({ os, arch }) => {
    const file = `registry_${REGISTRY}_${os}_${arch}.tar.gz`
    const url = `https://github.com/distribution/distribution/releases/download/v${REGISTRY}/${file}`
    return { url, checksumUrl: `${url}.sha256`, checksumFormat: 'sums', member: 'registry' }
  },
  sizeBytes: 53e6,
  buildSeconds: 142,
}

export const catalogue: Record<ToolName, Tool> = {
  etcd,
  'kube-apiserver': kubernetesTool('kube-apiserver', 102e6, 300),
  'kube-controller-manager': kubernetesTool('kube-controller-manager', 93e6, 100),
  'kube-scheduler': kubernetesTool('kube-scheduler', 73e6, 10),
  kubectl: kubernetesTool('kubectl', 61e6, 40),
  kwok,
  helm,
  registry,
  'kube-apiserver-1.35': kubernetesTool('kube-apiserver', 102e6, 300, NEXT_KUBERNETES),
  'kube-controller-manager-1.35': kubernetesTool('kube-controller-manager', 93e6, 100, NEXT_KUBERNETES),
  'kube-scheduler-1.35': kubernetesTool('kube-scheduler', 73e6, 10, NEXT_KUBERNETES),
}

/** The tools that a control plane of one Kubernetes version is made of. */
export interface KubernetesTools {
  apiserver: ToolName
  controllerManager: ToolName
  scheduler: ToolName
}

/** Every Kubernetes version there is, the oldest first, which is the one that comes with the platform. */
export const kubernetesVersions: Readonly<Record<string, KubernetesTools>> = {
  [KUBERNETES]: {
    apiserver: 'kube-apiserver',
    controllerManager: 'kube-controller-manager',
    scheduler: 'kube-scheduler',
  },
  [NEXT_KUBERNETES]: {
    apiserver: 'kube-apiserver-1.35',
    controllerManager: 'kube-controller-manager-1.35',
    scheduler: 'kube-scheduler-1.35',
  },
}

/** The platform Node runs on; throws where no tool can be had. */
export const thisPlatform = (): Platform => {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  if ((process.platform !== 'linux' && process.platform !== 'darwin') || (arch !== 'amd64' && arch !== 'arm64'))
    throw new Error(`Atrium runs on Linux and macOS, on x64 and arm64; this is ${process.platform} on ${process.arch}`)
  return { os: process.platform, arch }
}

/** True when `found` (any text a tool prints about its version) is of the pinned minor series and not older. */
export const versionFits = (found: string, pinned: string): boolean => {
  const [, major, minor, patch] = /v?(\d+)\.(\d+)\.(\d+)/.exec(found) ?? []
  const [wantedMajor, wantedMinor, wantedPatch] = pinned.split('.')
  return major === wantedMajor && minor === wantedMinor && Number(patch) >= Number(wantedPatch)
}
