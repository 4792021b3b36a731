import Type, { type Static } from 'typebox'

/** Sizes are limits: an index over them is refused by its maker, not cut. */
export const desiredStateLimits = {
  indexBytes: 64 * 1024,
  blobBytes: 8 * 1024 * 1024,
  layers: 200,
  nodes: 200,
} as const

const PolicyAction = Type.Union([Type.Literal('heal'), Type.Literal('alert')])
const Digest = Type.String({ pattern: '^sha256:[0-9a-f]{64}$' })

/** One layer, in install order. Blobs are fetched by digest. */
export const DesiredLayer = Type.Object({
  /** Unique in the index: `<profile name>/<layer name>`. */
  id: Type.String({ maxLength: 253 }),
  name: Type.String({ maxLength: 253 }),
  profileUid: Type.String(),
  packUid: Type.String(),
  version: Type.String(),
  kind: Type.Union([
    Type.Literal('os'),
    Type.Literal('k8s'),
    Type.Literal('cni'),
    Type.Literal('csi'),
    Type.Literal('addon'),
  ]),
  /** Lower installs earlier; layers of equal priority keep the profile's order. */
  priority: Type.Integer(),
  /** Content of the pack: pulled by digest from the registry. Absent for manifest-only layers. */
  pack: Type.Optional(Type.Object({ registry: Type.String(), repository: Type.String(), digest: Digest })),
  /** Blob with the resolved `values.yaml` text. */
  valuesDigest: Digest,
  /** Blobs with attached manifests, resolved. */
  manifests: Type.Array(Type.Object({ name: Type.String(), digest: Digest }), { maxItems: 500 }),
  /** Default namespace of the layer's objects. */
  namespace: Type.String({ maxLength: 63 }),
  /** What happens to deviations of this layer, where that is said for it: goes before `policy.drift`. */
  drift: Type.Optional(PolicyAction),
})
export type DesiredLayer = Static<typeof DesiredLayer>

/** A node that is put into maintenance (`cordon`: no new pods come to it) or taken out of it. */
export const NodeMaintenance = Type.Object({
  node: Type.String({ maxLength: 253 }),
  action: Type.Union([Type.Literal('cordon'), Type.Literal('uncordon')]),
  /** When it was asked for (RFC 3339); asked again, it is done again. */
  at: Type.String({ maxLength: 64 }),
})
export type NodeMaintenance = Static<typeof NodeMaintenance>

/** Stands for one request: the agent writes it on the node with the deed. */
export const maintenanceMark = ({ action, at }: Pick<NodeMaintenance, 'action' | 'at'>): string => `${action}@${at}`

/** What a cluster must look like, ordered by (epoch, generation). */
export const DesiredState = Type.Object({
  clusterUid: Type.String(),
  clusterName: Type.String(),
  /** Raised when a plane was restored from a backup. */
  epoch: Type.Integer({ minimum: 1 }),
  /** The cluster object's generation it was computed from, or a later revision of macros and policy. */
  generation: Type.Integer({ minimum: 1 }),
  kubernetesVersion: Type.String(),
  /** Blob with a JSON list of the values of sensitive variables: they are kept out of logs. Absent when there are none. */
  sensitive: Type.Optional(Digest),
  layers: Type.Array(DesiredLayer, { maxItems: desiredStateLimits.layers }),
  policy: Type.Object({
    drift: PolicyAction,
    nodes: PolicyAction,
  }),
  /** Nodes that were ever asked to be in maintenance or out of it; absent where none was. */
  nodes: Type.Optional(Type.Array(NodeMaintenance, { maxItems: desiredStateLimits.nodes })),
  /** The cluster is nobody's any more: the agent removes itself and leaves everything else as it is. */
  leave: Type.Optional(Type.Literal(true)),
})
export type DesiredState = Static<typeof DesiredState>
