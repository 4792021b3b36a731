import { Type } from 'typebox'
import type { OwnOperation, OwnOperations } from './operation.ts'

const text = Type.String()
const tenantUid = { name: 'tenantUid', in: 'path', required: true, schema: text } as const

const onKeys = (
  id: string,
  method: OwnOperation['method'],
  rest: string,
  responses: OwnOperation['responses'],
): OwnOperation => ({
  ...{ id, method, path: `/atrium/v1/tenants/{tenantUid}/saml/keys${rest}`, responses },
  parameters: [tenantUid],
})

/** The keys by which a tenant signs and is encrypted for, where its people sign in by SAML. */
export const samlKeyOperations: OwnOperations = {
  schemas: {
    AtriumSamlKey: Type.Object({
      /** `current` signs; `next` will; `former` did. All of them open what is encrypted. */
      use: text,
      /** PEM. */
      certificate: text,
      /** SHA-256 of the certificate, in hexadecimal. */
      fingerprint: text,
      notBefore: text,
      notAfter: text,
      /** What is to be done, if anything. */
      message: text,
    }),
    AtriumSamlKeys: Type.Object({ items: Type.Array(Type.Ref('AtriumSamlKey')) }),
  },
  operations: [
    onKeys('atriumTenantsSamlKeysList', 'GET', '', { 200: Type.Ref('AtriumSamlKeys') }),
    onKeys('atriumTenantsSamlKeysCreate', 'POST', '', { 201: Type.Ref('AtriumSamlKeys') }),
    onKeys('atriumTenantsSamlKeysActivate', 'POST', '/activate', { 200: Type.Ref('AtriumSamlKeys') }),
    {
      ...onKeys('atriumTenantsSamlKeysDelete', 'DELETE', '/{use}', { 204: null }),
      parameters: [
        tenantUid,
        { name: 'use', in: 'path', required: true, schema: Type.String({ enum: ['next', 'former'] }) },
      ],
    },
  ],
}
