import type { v1ClusterProfileEntity, v1SpectroCustomClusterEntity } from '@atrium/api/generated/operations.d.ts'

/** The demo: an infrastructure profile, a profile of two add-ons, and a cluster of three machines on this one. */
export const demo = {
  cluster: 'demo',
  account: 'this-machine',
  profiles: [
    {
      name: 'demo-infrastructure',
      type: 'infra',
      cloudType: 'local',
      packs: [
        ['local-os', '1.0.0'],
        ['kubernetes', '1.34.4'],
        ['local-cni', '1.0.0'],
        ['local-csi', '1.0.0'],
      ],
    },
    {
      name: 'demo-apps',
      type: 'add-on',
      cloudType: 'all',
      packs: [
        ['hello-atrium', '1.0.0'],
        ['key-value-store', '1.0.0'],
      ],
    },
  ],
} as const

/** Second versions of both profiles, not attached: what a new user updates the applications and Kubernetes to. */
export const demoUpdates = [
  {
    name: 'demo-apps',
    type: 'add-on',
    cloudType: 'all',
    version: '1.1.0',
    packs: [
      ['hello-atrium', '1.1.0'],
      ['key-value-store', '1.0.0'],
    ],
  },
  {
    name: 'demo-infrastructure',
    type: 'infra',
    cloudType: 'local',
    version: '1.1.0',
    packs: [
      ['local-os', '1.0.0'],
      ['kubernetes', '1.35.4'],
      ['local-cni', '1.0.0'],
      ['local-csi', '1.0.0'],
    ],
  },
] as const

/** A pack of the catalogue, as a layer names it. */
export interface CatalogPack {
  uid: string
  name: string
  version: string
  registryUid: string
  layer: string
  values: string
}

/** Body that creates a demo profile from packs of the catalogue; throws naming a pack that is missing. */
export function profileBody(
  profile: { name: string; type: string; cloudType: string; packs: readonly (readonly [string, string])[] },
  version: string,
  catalogue: readonly CatalogPack[],
): v1ClusterProfileEntity {
  const packs = profile.packs.map(([name, tag]) => {
    const pack = catalogue.find((one) => one.name === name && one.version === tag)
    if (!pack)
      throw new Error(`Pack ${name} ${tag} is not in the catalogue: is the registry 'Public Repo' synchronised?`)
    const { uid, registryUid, values } = pack
    return { name, tag, uid, registryUid, type: 'spectro' as const, layer: pack.layer as 'addon', values }
  })
  const template = { cloudType: profile.cloudType as 'all', type: profile.type as 'infra', packs }
  return { metadata: { name: profile.name }, spec: { version, template } }
}

const controlPlanePool = `apiVersion: controlplane.cluster.x-k8s.io/v1beta1
kind: KubeadmControlPlane
metadata:
  name: control-plane
spec:
  replicas: 1
  version: v1.34.4
`
const workerPool = `apiVersion: cluster.x-k8s.io/v1beta1
kind: MachineDeployment
metadata:
  name: workers
spec:
  replicas: 2
  template:
    spec:
      version: v1.34.4
`

export const clusterBody = (accountUid: string, profileUids: readonly string[]): v1SpectroCustomClusterEntity => ({
  metadata: {
    name: demo.cluster,
    annotations: { description: 'Made by the first start: break it, update it, delete it.' },
  },
  spec: {
    cloudAccountUid: accountUid,
    cloudConfig: { values: '' },
    machinepoolconfig: [
      {
        cloudConfig: { values: controlPlanePool },
        poolConfig: { isControlPlane: true, useControlPlaneAsWorker: true },
      },
      { cloudConfig: { values: workerPool }, poolConfig: { isControlPlane: false } },
    ],
    profiles: profileUids.map((uid) => ({ uid })),
  },
})
