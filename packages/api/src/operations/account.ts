import { Type } from 'typebox'
import type { OwnOperations } from './operation.ts'

const text = Type.String()
const time = Type.Union([text, Type.Null()])
const password = Type.Optional(Type.String({ maxLength: 1024 }))
const closed = { additionalProperties: false } as const
const uid = { name: 'uid', in: 'path', required: true, schema: text } as const
const tenantUid = { name: 'tenantUid', in: 'path', required: true, schema: text } as const

/** What an authenticator answers, as browsers write it. */
const credential = Type.Object({
  id: Type.String({ maxLength: 2048 }),
  rawId: Type.String({ maxLength: 2048 }),
  type: Type.Optional(text),
  response: Type.Object({
    clientDataJSON: Type.String({ maxLength: 16_384 }),
    authenticatorData: Type.String({ maxLength: 16_384 }),
    signature: Type.String({ maxLength: 16_384 }),
    userHandle: Type.Optional(Type.Union([Type.String({ maxLength: 2048 }), Type.Null()])),
  }),
})

const descriptor = Type.Object({ id: text, type: text, transports: Type.Optional(Type.Array(text)) })

/** One's own account: second factors and sessions, and how others help when they are lost. */
export const accountOperations: OwnOperations = {
  schemas: {
    AtriumAccount: Type.Object({
      uid: text,
      email: text,
      password: Type.Object({ isSet: Type.Boolean(), expiresAt: time, isReminded: Type.Boolean() }),
      mfa: Type.Object({
        isRequired: Type.Boolean(),
        devices: Type.Array(Type.Object({ deviceName: text, type: text, creationTimestamp: text, lastUsed: time })),
        recoveryCodesLeft: Type.Integer(),
      }),
    }),
    AtriumSessionToken: Type.Object({ Authorization: text, isMfa: Type.Boolean() }),
    AtriumMfaCode: Type.Object({ code: Type.String({ minLength: 1, maxLength: 64 }) }, closed),
    AtriumMfaCredential: credential,
    AtriumMfaRequest: Type.Object({
      publicKey: Type.Object({
        challenge: text,
        rpId: text,
        timeout: Type.Integer(),
        userVerification: text,
        allowCredentials: Type.Array(descriptor),
      }),
    }),
    AtriumTotpName: Type.Object({ deviceName: Type.String({ minLength: 1, maxLength: 64 }), password }, closed),
    AtriumTotpSecret: Type.Object({ secret: text, uri: text }),
    AtriumTotpConfirmed: Type.Object({ recoveryCodes: Type.Array(text), Authorization: Type.Optional(text) }),
    AtriumOwnPassword: Type.Object({ password }, closed),
    AtriumRecoveryCodes: Type.Object({ recoveryCodes: Type.Array(text) }),
    AtriumSessions: Type.Object({
      items: Type.Array(
        Type.Object({
          uid: text,
          address: text,
          client: text,
          createdAt: text,
          expiresAt: text,
          endsAt: text,
          isCurrent: Type.Boolean(),
        }),
      ),
    }),
    AtriumMfaSetting: Type.Object({ isRequired: Type.Boolean() }, closed),
  },
  operations: [
    {
      id: 'atriumAccountGet',
      method: 'GET',
      path: '/atrium/v1/account',
      parameters: [],
      responses: { 200: Type.Ref('AtriumAccount') },
    },
    {
      id: 'atriumLoginBannerGet',
      method: 'GET',
      path: '/atrium/v1/auth/banner',
      parameters: [{ name: 'org', in: 'query', schema: text }],
      responses: { 200: Type.Ref('v1LoginBannerSettings') },
    },
    {
      id: 'atriumAuthMfaCode',
      method: 'POST',
      path: '/atrium/v1/auth/mfa/code',
      parameters: [],
      body: { schema: Type.Ref('AtriumMfaCode'), required: true },
      responses: { 200: Type.Ref('AtriumSessionToken') },
    },
    {
      id: 'atriumAuthMfaDeviceStart',
      method: 'POST',
      path: '/atrium/v1/auth/mfa/device/start',
      parameters: [],
      responses: { 200: Type.Ref('AtriumMfaRequest') },
    },
    {
      id: 'atriumAuthMfaDeviceFinish',
      method: 'POST',
      path: '/atrium/v1/auth/mfa/device/finish',
      parameters: [],
      body: { schema: Type.Ref('AtriumMfaCredential'), required: true },
      responses: { 200: Type.Ref('AtriumSessionToken') },
    },
    {
      id: 'atriumAccountTotpStart',
      method: 'POST',
      path: '/atrium/v1/account/mfa/totp/start',
      parameters: [],
      body: { schema: Type.Ref('AtriumTotpName'), required: true },
      responses: { 200: Type.Ref('AtriumTotpSecret') },
    },
    {
      id: 'atriumAccountTotpFinish',
      method: 'POST',
      path: '/atrium/v1/account/mfa/totp/finish',
      parameters: [],
      body: { schema: Type.Ref('AtriumMfaCode'), required: true },
      responses: { 200: Type.Ref('AtriumTotpConfirmed') },
    },
    {
      id: 'atriumAccountRecoveryCodesRenew',
      method: 'POST',
      path: '/atrium/v1/account/mfa/recoveryCodes',
      parameters: [],
      body: { schema: Type.Ref('AtriumOwnPassword'), required: false },
      responses: { 200: Type.Ref('AtriumRecoveryCodes') },
    },
    {
      id: 'atriumAccountSessionsList',
      method: 'GET',
      path: '/atrium/v1/account/sessions',
      parameters: [],
      responses: { 200: Type.Ref('AtriumSessions') },
    },
    {
      id: 'atriumAccountSessionsDeleteOthers',
      method: 'DELETE',
      path: '/atrium/v1/account/sessions',
      parameters: [],
      responses: { 204: null },
    },
    {
      id: 'atriumAccountSessionsDelete',
      method: 'DELETE',
      path: '/atrium/v1/account/sessions/{uid}',
      parameters: [uid],
      responses: { 204: null },
    },
    {
      id: 'atriumUsersSessionsDelete',
      method: 'DELETE',
      path: '/atrium/v1/users/{uid}/sessions',
      parameters: [uid],
      responses: { 204: null },
    },
    {
      id: 'atriumUsersMfaDelete',
      method: 'DELETE',
      path: '/atrium/v1/users/{uid}/mfa',
      parameters: [uid],
      responses: { 204: null },
    },
    {
      id: 'atriumUsersPasswordLinkCreate',
      method: 'POST',
      path: '/atrium/v1/users/{uid}/passwordLink',
      parameters: [uid],
      responses: { 201: Type.Ref('AtriumLink') },
    },
    {
      id: 'atriumTenantsMfaGet',
      method: 'GET',
      path: '/atrium/v1/tenants/{tenantUid}/mfa',
      parameters: [tenantUid],
      responses: { 200: Type.Ref('AtriumMfaSetting') },
    },
    {
      id: 'atriumTenantsMfaUpdate',
      method: 'PUT',
      path: '/atrium/v1/tenants/{tenantUid}/mfa',
      parameters: [tenantUid],
      body: { schema: Type.Ref('AtriumMfaSetting'), required: true },
      responses: { 204: null },
    },
  ],
}
