import { Type } from 'typebox'
import type { OwnOperations } from './operation.ts'

const text = Type.String()
const textOrNull = Type.Union([text, Type.Null()])

/** What became of the installation's mail, where the public API has only the settings of its server. */
export const mailOperations: OwnOperations = {
  schemas: {
    AtriumMail: Type.Object({
      tenant: text,
      purpose: text,
      recipient: text,
      state: text,
      createdAt: text,
      attempts: Type.Integer(),
      nextAt: textOrNull,
      problem: textOrNull,
      endedAt: textOrNull,
    }),
    AtriumMails: Type.Object({
      isSet: Type.Boolean(),
      waiting: Type.Integer(),
      failed: Type.Integer(),
      oldestWaitingAt: textOrNull,
      items: Type.Array(Type.Ref('AtriumMail')),
    }),
  },
  operations: [
    {
      id: 'atriumMailsList',
      method: 'GET',
      path: '/atrium/v1/system/mails',
      parameters: [{ name: 'limit', in: 'query', schema: Type.Integer({ minimum: 1, maximum: 500 }) }],
      responses: { 200: Type.Ref('AtriumMails') },
    },
  ],
}
