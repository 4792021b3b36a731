import { Type } from 'typebox'
import type { OwnOperations } from './operation.ts'

const uid = { name: 'uid', in: 'path', required: true, schema: Type.String() } as const
const number = { name: 'number', in: 'path', required: true, schema: Type.String() } as const
const paging = [
  { name: 'limit', in: 'query', schema: Type.Integer({ minimum: 1, maximum: 50 }) },
  { name: 'continue', in: 'query', schema: Type.String({ maxLength: 20 }) },
] as const
const text = Type.String()
const revision = {
  // Of the spec's generation: rises by one with every change.
  number: Type.Integer(),
  at: text,
  // Null for what was written before it was recorded.
  by: Type.Unsafe<{ type: string; uid: string; name: string } | null>({
    type: ['object', 'null'],
    properties: { type: { type: 'string' }, uid: { type: 'string' }, name: { type: 'string' } },
    required: ['type', 'uid', 'name'],
  }),
  note: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
  summary: text,
}

const reads = (noun: string, path: string): OwnOperations['operations'] => [
  {
    id: `atrium${noun}RevisionsList`,
    method: 'GET',
    path: `/atrium/v1/${path}/{uid}/revisions`,
    parameters: [uid, ...paging],
    responses: { 200: Type.Ref('AtriumRevisions') },
  },
  {
    id: `atrium${noun}RevisionsGet`,
    method: 'GET',
    path: `/atrium/v1/${path}/{uid}/revisions/{number}`,
    parameters: [uid, number],
    responses: { 200: Type.Ref('AtriumRevisionDifference') },
  },
]

/** Who changed what was declared, when and why, and the way back. */
export const revisionOperations: OwnOperations = {
  schemas: {
    AtriumRevision: Type.Object(revision),
    AtriumRevisions: Type.Object({
      items: Type.Array(Type.Ref('AtriumRevision')),
      listmeta: Type.Ref('v1ListMetaData'),
    }),
    AtriumRevisionDifference: Type.Object({
      ...revision,
      // What it is compared with; null when that is not kept, and then there are no changes.
      previous: Type.Unsafe<number | null>({ type: ['integer', 'null'] }),
      changes: Type.Array(
        Type.Object({
          path: text,
          change: Type.Enum(['added', 'removed', 'changed', 'reordered'], { type: 'string' }),
          old: Type.Unknown(),
          new: Type.Unknown(),
          // Of two texts: what differs, line by line, and no `old` and `new`.
          lines: Type.Unsafe<string[] | null>({ type: ['array', 'null'], items: { type: 'string' } }),
        }),
      ),
      // Changes that found no room.
      more: Type.Integer(),
    }),
    AtriumRollbackRequest: Type.Object(
      {
        to: Type.Integer({ minimum: 1 }),
        note: Type.Optional(Type.String({ maxLength: 500 })),
        dryRun: Type.Optional(Type.Boolean()),
      },
      { additionalProperties: false },
    ),
  },
  operations: [
    ...reads('Clusters', 'clusters'),
    ...reads('Profiles', 'profiles'),
    {
      id: 'atriumClustersRollback',
      method: 'POST',
      path: '/atrium/v1/clusters/{uid}/rollback',
      parameters: [uid],
      body: { schema: Type.Ref('AtriumRollbackRequest'), required: true },
      responses: { 200: Type.Ref('AtriumClusterPlan') },
    },
  ],
}
