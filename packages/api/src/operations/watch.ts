import { Type } from 'typebox'
import type { OwnOperations } from './operation.ts'

/** Changes as server-sent events: `id` is the position to resume from, `data` one `AtriumChange`. Frames with an `id` alone tell where the stream stands. */
export const watchOperations: OwnOperations = {
  schemas: {
    AtriumChange: Type.Object({
      kind: Type.String(),
      uid: Type.String(),
      project: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
      type: Type.Enum(['created', 'updated', 'status', 'deleted'], { type: 'string' }),
      resourceVersion: Type.Integer(),
      position: Type.Integer(),
    }),
  },
  operations: [
    {
      id: 'atriumWatch',
      method: 'GET',
      path: '/atrium/v1/watch',
      parameters: [
        { name: 'kinds', in: 'query', schema: Type.Array(Type.String({ maxLength: 40 }), { maxItems: 20 }) },
        { name: 'uid', in: 'query', schema: Type.String({ maxLength: 64 }) },
        { name: 'since', in: 'query', schema: Type.Integer({ minimum: 0 }) },
      ],
      responses: { 200: Type.String() },
      produces: 'text/event-stream',
    },
  ],
}
