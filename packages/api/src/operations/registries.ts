import { Type } from 'typebox'
import type { OwnOperations } from './operation.ts'

const uid = { name: 'uid', in: 'path', required: true, schema: Type.String() } as const
const text = Type.String()
const count = Type.Integer()
const textOrNull = Type.Unsafe<string | null>({ type: ['string', 'null'] })

/**
 * What the public contract does not say of registries: how a sync went, pack by pack; how often it runs; whose signature packs
 * must have; the push hook. And the token service of the platform's registry, as the distribution specification describes it;
 * clients sign in with an API key as the password.
 */
export const registryOperations: OwnOperations = {
  schemas: {
    AtriumRegistry: Type.Object({
      uid: text,
      name: text,
      type: text,
      endpoint: text,
      scope: text,
      // How often it is read; null = as often as the installation says.
      everyMinutes: Type.Unsafe<number | null>({ type: ['integer', 'null'] }),
      // Public key (PEM) that packs must be signed with; empty = none.
      signatureKey: text,
      // What is read of a registry that does not list its repositories; empty = what it lists.
      repositories: Type.Array(text),
      sync: Type.Object({
        state: text,
        message: text,
        lastRunAt: textOrNull,
        lastSuccessAt: textOrNull,
        counts: Type.Object({
          offered: count,
          usable: count,
          changed: count,
          // Tags under which other content appeared.
          moved: count,
          failed: count,
          leftOut: count,
        }),
        // `code`: PackInvalid, PackLimitBroken or PackUnavailable.
        problems: Type.Array(Type.Object({ code: text, place: text, mark: text, message: text })),
      }),
    }),
    AtriumRegistrySettings: Type.Object(
      {
        everyMinutes: Type.Optional(
          Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 1, maximum: 44_640 }),
        ),
        signatureKey: Type.Optional(Type.String({ maxLength: 16_384 })),
        repositories: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 1000 })),
      },
      { additionalProperties: false },
    ),
    // The token is shown this once.
    AtriumRegistryHook: Type.Object({ path: text, token: text }),
    AtriumAcceptedContent: Type.Object({ layers: Type.Array(text) }),
    AtriumRegistryToken: Type.Object({
      token: Type.String(),
      access_token: Type.String(),
      expires_in: Type.Integer(),
      issued_at: Type.String(),
    }),
  },
  operations: [
    {
      id: 'atriumRegistriesGet',
      method: 'GET',
      path: '/atrium/v1/registries/{uid}',
      parameters: [uid],
      responses: { 200: Type.Ref('AtriumRegistry') },
    },
    {
      id: 'atriumRegistriesSettingsUpdate',
      method: 'PATCH',
      path: '/atrium/v1/registries/{uid}/settings',
      parameters: [uid],
      body: { schema: Type.Ref('AtriumRegistrySettings'), required: true },
      responses: { 204: null },
    },
    {
      id: 'atriumRegistriesHookCreate',
      method: 'POST',
      path: '/atrium/v1/registries/{uid}/hook',
      parameters: [uid],
      responses: { 201: Type.Ref('AtriumRegistryHook') },
    },
    {
      id: 'atriumRegistriesPushed',
      method: 'POST',
      path: '/atrium/v1/hooks/{tenant}/{uid}',
      parameters: [{ name: 'tenant', in: 'path', required: true, schema: text }, uid],
      // Whatever the registry sends with it is not looked at.
      body: { schema: Type.Unknown(), required: false },
      responses: { 202: null },
    },
    {
      id: 'atriumProfilesContentAccept',
      method: 'POST',
      path: '/atrium/v1/profiles/{uid}/content',
      parameters: [uid],
      responses: { 200: Type.Ref('AtriumAcceptedContent') },
    },
    {
      id: 'atriumRegistryToken',
      method: 'GET',
      path: '/atrium/v1/registry/token',
      parameters: [
        { name: 'service', in: 'query', schema: Type.String({ maxLength: 256 }) },
        { name: 'scope', in: 'query', schema: Type.Array(Type.String({ maxLength: 1024 }), { maxItems: 20 }) },
        { name: 'account', in: 'query', schema: Type.String({ maxLength: 256 }) },
        { name: 'client_id', in: 'query', schema: Type.String({ maxLength: 256 }) },
        { name: 'offline_token', in: 'query', schema: Type.String({ maxLength: 16 }) },
      ],
      responses: { 200: Type.Ref('AtriumRegistryToken') },
    },
  ],
}
