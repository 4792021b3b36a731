import { Type } from 'typebox'
import type { OwnOperations } from './operation.ts'

const uid = { name: 'uid', in: 'path', required: true, schema: Type.String() } as const
const action = Type.Enum(['heal', 'alert'], { type: 'string' })
const text = Type.String()
const textOrNull = Type.Unsafe<string | null>({ type: ['string', 'null'] })

/** Policy and deviations of one cluster. */
export const clusterOperations: OwnOperations = {
  schemas: {
    AtriumClusterPolicy: Type.Object({ drift: action, nodes: action }, { additionalProperties: false }),
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
      responses: { 200: Type.Ref('AtriumClusterPolicy') },
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
