import { Type } from 'typebox'
import type { OwnOperations } from './operation.ts'

const uid = { name: 'uid', in: 'path', required: true, schema: Type.String() } as const
const action = Type.Enum(['heal', 'alert'], { type: 'string' })
/** By id of a layer, `<profile name>/<layer name>`. */
const layerActions = Type.Unsafe<Record<string, 'heal' | 'alert'>>({
  ...{ type: 'object', additionalProperties: { enum: ['heal', 'alert'], type: 'string' }, maxProperties: 200 },
})
const text = Type.String()
const textOrNull = Type.Unsafe<string | null>({ type: ['string', 'null'] })

/** Policy and deviations of one cluster. */
export const clusterOperations: OwnOperations = {
  schemas: {
    // Without `layers` those stay as they are.
    AtriumClusterPolicy: Type.Object(
      { drift: action, nodes: action, layers: Type.Optional(layerActions) },
      { additionalProperties: false },
    ),
    AtriumClusterPolicyState: Type.Object({
      ...{ drift: action, nodes: action, layers: layerActions },
      // What holds for each layer, and who says so.
      effective: Type.Array(
        Type.Object({
          layer: text,
          drift: action,
          setBy: Type.Enum(['cluster', 'layer', 'clusterLayer'], { type: 'string' }),
        }),
      ),
    }),
    AtriumDeviation: Type.Object({
      id: text,
      type: text,
      object: text,
      layer: textOrNull,
      diff: Type.Array(Type.Object({ path: text, live: Type.Unknown(), desired: Type.Unknown() })),
      detectedAt: text,
      action: text,
      state: text,
      message: text,
      resolvedAt: textOrNull,
      // Who changes it again as often as it is put back, empty when unknown; only while that is so.
      contestedBy: Type.Optional(text),
    }),
    AtriumClusterProfiles: Type.Object(
      { profiles: Type.Array(Type.Ref('v1SpectroClusterProfileEntity'), { minItems: 1, maxItems: 100 }) },
      { additionalProperties: false },
    ),
    AtriumDeviations: Type.Object({ items: Type.Array(Type.Ref('AtriumDeviation')) }),
  },
  operations: [
    {
      id: 'atriumClustersPolicyGet',
      method: 'GET',
      path: '/atrium/v1/clusters/{uid}/policy',
      parameters: [uid],
      responses: { 200: Type.Ref('AtriumClusterPolicyState') },
    },
    {
      id: 'atriumClustersPolicyUpdate',
      method: 'PUT',
      path: '/atrium/v1/clusters/{uid}/policy',
      parameters: [uid],
      body: { schema: Type.Ref('AtriumClusterPolicy'), required: true },
      responses: { 204: null },
    },
    {
      id: 'atriumClustersProfilesUpdate',
      method: 'POST',
      path: '/atrium/v1/clusters/{uid}/profiles',
      parameters: [uid],
      body: { schema: Type.Ref('AtriumClusterProfiles'), required: true },
      responses: { 200: Type.Ref('AtriumClusterPlan') },
    },
    {
      id: 'atriumClustersDeviationsList',
      method: 'GET',
      path: '/atrium/v1/clusters/{uid}/deviations',
      parameters: [uid],
      responses: { 200: Type.Ref('AtriumDeviations') },
    },
  ],
}
