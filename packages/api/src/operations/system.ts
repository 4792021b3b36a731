import { Type } from 'typebox'
import type { OwnOperations } from './operation.ts'

const text = Type.String()
const uid = { name: 'uid', in: 'path', required: true, schema: text } as const
const role = Type.String({ enum: ['RootAdmin', 'AccountAdmin', 'OperationAdmin'] })
const name = Type.String({ maxLength: 128 })
const operators = '/atrium/v1/system/operators'
const key = Type.Object({ uid: text, operatorUid: text, name: text, createdAt: text, expiresAt: text })

/** Operators, how they sign in, and links that work once. */
export const systemOperations: OwnOperations = {
  schemas: {
    AtriumSignIn: Type.Object(
      { email: Type.String({ maxLength: 254 }), password: Type.String({ maxLength: 4096 }) },
      { additionalProperties: false },
    ),
    AtriumSession: Type.Object({ token: text, expiresAt: text }),
    AtriumPasswordChange: Type.Object(
      { currentPassword: Type.String({ maxLength: 4096 }), newPassword: Type.String({ maxLength: 4096 }) },
      { additionalProperties: false },
    ),
    AtriumOperatorMe: Type.Object({ uid: text, name: text, role: text, permissions: Type.Array(text) }),
    AtriumOperator: Type.Object({
      uid: text,
      email: text,
      firstName: text,
      lastName: text,
      role: text,
      isActive: Type.Boolean(),
      hasPassword: Type.Boolean(),
      lastSignInAt: Type.Union([text, Type.Null()]),
      createdAt: text,
    }),
    AtriumOperators: Type.Object({ items: Type.Array(Type.Ref('AtriumOperator')) }),
    AtriumOperatorEntity: Type.Object(
      {
        email: Type.String({ maxLength: 254 }),
        firstName: Type.Optional(name),
        lastName: Type.Optional(name),
        role,
      },
      { additionalProperties: false },
    ),
    AtriumOperatorPatch: Type.Object(
      {
        firstName: Type.Optional(name),
        lastName: Type.Optional(name),
        role: Type.Optional(role),
        isActive: Type.Optional(Type.Boolean()),
      },
      { additionalProperties: false },
    ),
    AtriumOperatorKey: key,
    AtriumOperatorKeys: Type.Object({ items: Type.Array(Type.Ref('AtriumOperatorKey')) }),
    AtriumOperatorKeyEntity: Type.Object(
      { name: Type.String({ minLength: 1, maxLength: 128 }), expiresAt: Type.String({ maxLength: 64 }) },
      { additionalProperties: false },
    ),
    AtriumOperatorKeyMade: Type.Object({ key: Type.Ref('AtriumOperatorKey'), secret: text }),
    AtriumOperatorInvited: Type.Object({
      operator: Type.Ref('AtriumOperator'),
      activation: Type.Ref('AtriumLink'),
    }),
    AtriumLink: Type.Object({ url: text, expiresAt: text }),
    AtriumLinkUse: Type.Object(
      { token: Type.String({ maxLength: 256 }), password: Type.String({ maxLength: 4096 }) },
      { additionalProperties: false },
    ),
    AtriumLinkToken: Type.Object({ token: Type.String({ maxLength: 256 }) }, { additionalProperties: false }),
    AtriumLinkFound: Type.Object({ email: text, organization: text, isFirst: Type.Boolean() }),
    AtriumLinkUsed: Type.Object({ email: text, organization: text }),
    AtriumSystemAudit: Type.Object({
      items: Type.Array(
        Type.Object({
          id: Type.Integer(),
          at: text,
          actor: Type.Object({ type: text, uid: text, name: text }),
          action: text,
          kind: text,
          uid: text,
          name: text,
          message: text,
        }),
      ),
    }),
  },
  operations: [
    {
      id: 'atriumSystemSignIn',
      method: 'POST',
      path: '/atrium/v1/system/sign-in',
      parameters: [],
      body: { schema: Type.Ref('AtriumSignIn'), required: true },
      responses: { 200: Type.Ref('AtriumSession') },
    },
    {
      id: 'atriumSystemSignOut',
      method: 'POST',
      path: '/atrium/v1/system/sign-out',
      parameters: [],
      responses: { 204: null },
    },
    {
      id: 'atriumSystemPasswordChange',
      method: 'PATCH',
      path: '/atrium/v1/system/password',
      parameters: [],
      body: { schema: Type.Ref('AtriumPasswordChange'), required: true },
      responses: { 204: null },
    },
    {
      id: 'atriumSystemMe',
      method: 'GET',
      path: '/atrium/v1/system/me',
      parameters: [],
      responses: { 200: Type.Ref('AtriumOperatorMe') },
    },
    {
      id: 'atriumSystemAuditList',
      method: 'GET',
      path: '/atrium/v1/system/audit',
      parameters: [
        { name: 'limit', in: 'query', schema: Type.Integer({ minimum: 1, maximum: 500 }) },
        { name: 'before', in: 'query', schema: Type.Integer({ minimum: 1 }) },
      ],
      responses: { 200: Type.Ref('AtriumSystemAudit') },
    },
    {
      id: 'atriumOperatorsList',
      method: 'GET',
      path: operators,
      parameters: [],
      responses: { 200: Type.Ref('AtriumOperators') },
    },
    {
      id: 'atriumOperatorsCreate',
      method: 'POST',
      path: operators,
      parameters: [],
      body: { schema: Type.Ref('AtriumOperatorEntity'), required: true },
      responses: { 201: Type.Ref('AtriumOperatorInvited') },
    },
    {
      id: 'atriumOperatorsUpdate',
      method: 'PATCH',
      path: `${operators}/{uid}`,
      parameters: [uid],
      body: { schema: Type.Ref('AtriumOperatorPatch'), required: true },
      responses: { 204: null },
    },
    {
      id: 'atriumOperatorsDelete',
      method: 'DELETE',
      path: `${operators}/{uid}`,
      parameters: [uid],
      responses: { 204: null },
    },
    {
      id: 'atriumOperatorsActivate',
      method: 'POST',
      path: `${operators}/{uid}/activate`,
      parameters: [uid],
      responses: { 200: Type.Ref('AtriumLink') },
    },
    {
      id: 'atriumLinksFind',
      method: 'POST',
      path: '/atrium/v1/links/find',
      parameters: [],
      body: { schema: Type.Ref('AtriumLinkToken'), required: true },
      responses: { 200: Type.Ref('AtriumLinkFound') },
    },
    {
      id: 'atriumOperatorsKeysList',
      method: 'GET',
      path: `${operators}/{uid}/keys`,
      parameters: [uid],
      responses: { 200: Type.Ref('AtriumOperatorKeys') },
    },
    {
      id: 'atriumOperatorsKeysCreate',
      method: 'POST',
      path: `${operators}/{uid}/keys`,
      parameters: [uid],
      body: { schema: Type.Ref('AtriumOperatorKeyEntity'), required: true },
      responses: { 201: Type.Ref('AtriumOperatorKeyMade') },
    },
    {
      id: 'atriumOperatorsKeysDelete',
      method: 'DELETE',
      path: `${operators}/{uid}/keys/{keyUid}`,
      parameters: [uid, { ...uid, name: 'keyUid' }],
      responses: { 204: null },
    },
    {
      id: 'atriumLinksUse',
      method: 'POST',
      path: '/atrium/v1/links',
      parameters: [],
      body: { schema: Type.Ref('AtriumLinkUse'), required: true },
      responses: { 200: Type.Ref('AtriumLinkUsed') },
    },
  ],
}
