import { Type } from 'typebox'
import type { OwnOperations } from './operation.ts'

const text = Type.String()
const textOrNull = Type.Unsafe<string | null>({ type: ['string', 'null'] })
const areas = ['profile', 'cloud', 'controlPlane', 'agent', 'machines', 'layers', 'drift', 'deletion', 'plane']

/** One answer to "why is it not ready". */
export const explainOperations: OwnOperations = {
  schemas: {
    AtriumCause: Type.Object({
      area: Type.Enum(areas, { type: 'string' }),
      condition: text,
      reason: text,
      message: text,
      since: textOrNull,
      waitsFor: text,
      nextStep: text,
      // Nothing moves until a person acts.
      needsPerson: Type.Boolean(),
      // The layers, machines or objects it is about.
      about: Type.Array(text),
    }),
    AtriumExplanation: Type.Object({
      // All is well with what was checked.
      ready: Type.Boolean(),
      // It serves what was declared, though something may differ: condition Ready.
      serves: Type.Boolean(),
      state: text,
      summary: text,
      // The root cause first; others follow from none of them.
      causes: Type.Array(Type.Ref('AtriumCause')),
      // Conditions that are as they are because of another one, which `follows` names.
      consequences: Type.Array(
        Type.Object({ condition: text, reason: text, message: text, since: text, follows: text }),
      ),
      checked: Type.Array(text),
    }),
  },
  operations: [
    {
      id: 'atriumClustersExplain',
      method: 'GET',
      path: '/atrium/v1/clusters/{uid}/explain',
      parameters: [{ name: 'uid', in: 'path', required: true, schema: Type.String() }],
      responses: { 200: Type.Ref('AtriumExplanation') },
    },
  ],
}
