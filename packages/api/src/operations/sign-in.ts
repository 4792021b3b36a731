import { Type } from 'typebox'
import type { OwnOperations } from './operation.ts'

const text = Type.String()
const org = { name: 'org', in: 'path', required: true, schema: text } as const
const tenantUid = { name: 'tenantUid', in: 'path', required: true, schema: text } as const
/** Of a program that waits on the person's machine: where, and SHA-256 of what it will show (base64url). */
const loopback = [
  { name: 'port', in: 'query', schema: Type.Integer({ minimum: 1, maximum: 65535 }) },
  { name: 'challenge', in: 'query', schema: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }) },
] as const

/** Sign-in by the identity provider of a tenant, where the public API has only the ways back. */
export const signInOperations: OwnOperations = {
  schemas: {
    AtriumLogins: Type.Object({
      items: Type.Array(Type.Object({ org: text, protocol: text, displayName: text, url: text })),
    }),
    AtriumLoginCode: Type.Object(
      { code: Type.String({ maxLength: 200 }), verifier: Type.String({ maxLength: 200 }) },
      { additionalProperties: false },
    ),
    AtriumSignOut: Type.Object({ redirectUrl: text }),
    AtriumLinkedUsersSetting: Type.Object({ isPasswordAllowed: Type.Boolean() }, { additionalProperties: false }),
  },
  operations: [
    {
      id: 'atriumAuthLoginsList',
      method: 'GET',
      path: '/atrium/v1/auth/logins',
      parameters: [{ name: 'email', in: 'query', required: true, schema: Type.String({ maxLength: 254 }) }],
      responses: { 200: Type.Ref('AtriumLogins') },
    },
    {
      id: 'atriumAuthOidcLogin',
      method: 'GET',
      path: '/atrium/v1/auth/org/{org}/oidc/login',
      parameters: [org, ...loopback],
      responses: { 303: null },
    },
    {
      id: 'atriumAuthSamlLogin',
      method: 'GET',
      path: '/atrium/v1/auth/org/{org}/saml/login',
      parameters: [org, ...loopback],
      responses: { 303: null },
    },
    {
      id: 'atriumAuthOidcLogout',
      method: 'POST',
      path: '/atrium/v1/auth/org/{org}/oidc/logout',
      parameters: [org, { name: 'logout_token', in: 'formData', schema: text }],
      consumes: 'application/x-www-form-urlencoded',
      responses: { 204: null },
    },
    {
      id: 'atriumAuthSamlLogout',
      method: 'GET',
      path: '/atrium/v1/auth/org/{org}/saml/logout',
      parameters: [
        org,
        ...['SAMLRequest', 'SAMLResponse', 'RelayState', 'SigAlg', 'Signature'].map(
          (name) => ({ name, in: 'query', schema: text }) as const,
        ),
      ],
      responses: { 204: null, 303: null },
    },
    {
      id: 'atriumAuthCodeExchange',
      method: 'POST',
      path: '/atrium/v1/auth/code',
      parameters: [],
      body: { schema: Type.Ref('AtriumLoginCode'), required: true },
      responses: { 200: Type.Ref('v1UserToken') },
    },
    {
      id: 'atriumAuthSignOut',
      method: 'POST',
      path: '/atrium/v1/auth/sign-out',
      parameters: [],
      responses: { 200: Type.Ref('AtriumSignOut') },
    },
    {
      id: 'atriumTenantsLinkedUsersGet',
      method: 'GET',
      path: '/atrium/v1/tenants/{tenantUid}/linkedUsers',
      parameters: [tenantUid],
      responses: { 200: Type.Ref('AtriumLinkedUsersSetting') },
    },
    {
      id: 'atriumTenantsLinkedUsersUpdate',
      method: 'PUT',
      path: '/atrium/v1/tenants/{tenantUid}/linkedUsers',
      parameters: [tenantUid],
      body: { schema: Type.Ref('AtriumLinkedUsersSetting'), required: true },
      responses: { 204: null },
    },
  ],
}
