import { Type } from 'typebox'
import type { OwnOperations } from './operation.ts'

const text = Type.String()
const textOrNull = Type.Unsafe<string | null>({ type: ['string', 'null'] })
const path = (name: string) => ({ name, in: 'path', required: true, schema: text }) as const
const parameters = [path('uid'), path('packName')]

/** Values of a profile's layers, changed key by key: all other letters stay. */
export const profileOperations: OwnOperations = {
  schemas: {
    AtriumPackUpgradeRequest: Type.Object(
      {
        // As in a profile: `1.2.0`, `1.2.x`.
        tag: Type.String({ minLength: 1, maxLength: 128 }),
        // Where both sides changed a key, whose value counts; without it conflicts are only listed, and nothing is stored.
        prefer: Type.Optional(Type.Enum(['yours', 'new'], { type: 'string' })),
        dryRun: Type.Optional(Type.Boolean()),
      },
      { additionalProperties: false },
    ),
    AtriumPackUpgrade: Type.Object({
      from: text,
      to: text,
      packUid: text,
      // The layer's values afterwards; empty = the pack's own.
      values: text,
      // Dotted paths that follow the new default.
      taken: Type.Array(text),
      // Keys that both changed; a path is empty where the texts cannot be merged by key at all.
      conflicts: Type.Array(
        Type.Object({ path: text, line: Type.Integer(), old: textOrNull, yours: textOrNull, new: textOrNull }),
      ),
      saved: Type.Boolean(),
    }),
    AtriumPackPresetsRequest: Type.Object(
      {
        // `<group>:<name>`, or the name alone where it is the only one.
        presets: Type.Array(Type.String({ minLength: 1, maxLength: 500 }), { minItems: 1, maxItems: 50 }),
        dryRun: Type.Optional(Type.Boolean()),
      },
      { additionalProperties: false },
    ),
    AtriumPackPresets: Type.Object({
      values: text,
      enabled: Type.Array(Type.Object({ group: text, name: text })),
      saved: Type.Boolean(),
    }),
  },
  operations: [
    {
      id: 'atriumProfilesPackUpgrade',
      method: 'POST',
      path: '/atrium/v1/profiles/{uid}/packs/{packName}/upgrade',
      parameters,
      body: { schema: Type.Ref('AtriumPackUpgradeRequest'), required: true },
      responses: { 200: Type.Ref('AtriumPackUpgrade') },
    },
    {
      id: 'atriumProfilesPackPresets',
      method: 'POST',
      path: '/atrium/v1/profiles/{uid}/packs/{packName}/presets',
      parameters,
      body: { schema: Type.Ref('AtriumPackPresetsRequest'), required: true },
      responses: { 200: Type.Ref('AtriumPackPresets') },
    },
  ],
}
