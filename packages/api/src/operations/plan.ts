import { Type } from 'typebox'
import type { OwnOperations } from './operation.ts'

const text = Type.String()
const textOrNull = Type.Unsafe<string | null>({ type: ['string', 'null'] })
const enumOf = (...values: string[]) => Type.Enum(values, { type: 'string' })
const layerChange = Type.Enum(['added', 'removed', 'changed', 'unchanged'], { type: 'string' })
const machines = Type.Array(Type.Object({ type: text, summary: text, disturbs: text }))
// Why the new profiles cannot be installed; nothing would change before that is corrected.
const problems = Type.Array(Type.Object({ layer: text, profileUid: text, path: text, message: text }))
const lines = { lines: Type.Array(text), cutBytes: Type.Integer() }

/** What a change of a cluster would do, before anything is stored. */
export const planOperations: OwnOperations = {
  schemas: {
    AtriumClusterPlanRequest: Type.Object(
      {
        // As in `PATCH /v1/spectroclusters/{uid}/profiles`: what is not mentioned stays attached.
        profiles: Type.Optional(Type.Array(Type.Ref('v1SpectroClusterProfileEntity'), { maxItems: 100 })),
        // As in `PUT /v1/spectroclusters/{uid}/profiles`: what is not mentioned is detached.
        complete: Type.Optional(Type.Boolean()),
        // Uids of profiles that are detached.
        detached: Type.Optional(Type.Array(text, { maxItems: 100 })),
        // Profiles as they would be: each is attached in place of the stored one of its uid, or of its name.
        drafts: Type.Optional(Type.Array(Type.Ref('AtriumProfileDraft'), { maxItems: 20 })),
        // As in `PATCH /v1/spectroclusters/{uid}/variables`.
        variables: Type.Optional(Type.Array(Type.Ref('v1SpectroClusterVariableUpdateEntity'), { maxItems: 100 })),
        pools: Type.Optional(
          Type.Array(Type.Object({ name: text, size: Type.Integer({ minimum: 0, maximum: 10_000 }) }), {
            maxItems: 200,
          }),
        ),
        // As in `POST …/machinePools`: each takes the place of the pool of its name, or is a new one.
        machinePools: Type.Optional(Type.Array(Type.Ref('v1CustomMachinePoolConfigEntity'), { maxItems: 200 })),
        // Names.
        removedPools: Type.Optional(Type.Array(text, { maxItems: 200 })),
        // As in `PUT …/clusterConfig`.
        cloudConfig: Type.Optional(Type.Ref('v1CustomClusterConfig')),
        policy: Type.Optional(Type.Ref('AtriumClusterPolicy')),
      },
      { additionalProperties: false },
    ),
    AtriumProfileDraft: Type.Object(
      {
        // Of the stored profile that would be changed; absent for one that does not exist yet.
        uid: Type.Optional(text),
        // As in `POST /v1/clusterprofiles`; what it leaves out is as stored.
        profile: Type.Ref('v1ClusterProfileEntity'),
      },
      { additionalProperties: false },
    ),
    AtriumClusterPlan: Type.Object({
      layers: Type.Array(Type.Object({ id: text, profileUid: text, change: layerChange, why: text })),
      machines,
      problems,
    }),
    AtriumClusterPreview: Type.Object({
      // Something would change.
      changes: Type.Boolean(),
      // Why it does not come from the live cluster; null = the agent made it there.
      approximate: textOrNull,
      // In the order they are taken; those that stay as they are follow.
      layers: Type.Array(Type.Ref('AtriumLayerPreview')),
      nodes: Type.Array(
        Type.Object({
          name: text,
          pool: text,
          change: enumOf('added', 'removed', 'replaced', 'updated'),
          why: text,
          replacedBy: textOrNull,
        }),
      ),
      // The next operations in the cloud.
      machines,
      policy: Type.Array(Type.Object({ field: text, from: text, to: text, effect: text })),
      problems,
      notes: Type.Array(text),
    }),
    AtriumLayerPreview: Type.Object({
      id: text,
      profileUid: text,
      // What is declared.
      change: layerChange,
      why: text,
      // What the agent does; empty = it touches nothing, or could not be asked.
      step: enumOf('install', 'update', 'remove', ''),
      // Names of the layers whose readiness it waits for.
      after: Type.Array(text),
      objects: Type.Array(Type.Ref('AtriumObjectChange')),
      // Objects that found no room.
      more: Type.Integer(),
      // Why it would fail, or could not be looked at.
      problem: textOrNull,
      // How declared values and manifests differ, placeholders filled in.
      texts: Type.Array(Type.Object({ name: text, ...lines })),
    }),
    AtriumObjectChange: Type.Object({
      // `apps/v1 Deployment hello/web`
      object: text,
      change: enumOf('created', 'changed', 'replaced', 'removed', 'kept', 'refused'),
      why: text,
      // How its pods are replaced; empty when they are not.
      restarts: text,
      ...lines,
    }),
  },
  operations: [
    {
      id: 'atriumClustersPlan',
      method: 'POST',
      path: '/atrium/v1/clusters/{uid}/plan',
      parameters: [{ name: 'uid', in: 'path', required: true, schema: Type.String() }],
      body: { schema: Type.Ref('AtriumClusterPlanRequest'), required: true },
      responses: { 200: Type.Ref('AtriumClusterPreview') },
    },
  ],
}
