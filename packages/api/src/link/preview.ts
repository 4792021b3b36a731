import Type, { type Static } from 'typebox'
import { DesiredState } from './desired-state.ts'

/** What a preview may hold and take; what finds no room is counted. */
export const previewLimits = {
  /** From the request to the answer, the way there and back not counted. */
  timeMs: 25_000,
  /** Texts of the request, packed and as they are. */
  packedBytes: 640 * 1024,
  textsBytes: 16 * 1024 * 1024,
  /** Objects that are compared, and those that are shown. */
  compared: 3_000,
  objects: 500,
  /** Difference of one object, and of all together. */
  differenceBytes: 16 * 1024,
  differencesBytes: 320 * 1024,
  messageChars: 2_000,
} as const

/** In `Proof.can`: the agent takes requests for previews. */
export const PREVIEW = 'preview'

/** Server → agent: what would the cluster become under this desired state? Asked of agents that said they can. */
export const PreviewRequest = Type.Object({
  type: Type.Literal('preview'),
  id: Type.String({ maxLength: 64 }),
  desired: DesiredState,
  /** Texts by digest that the present desired state does not name: JSON, gzip, base64. */
  texts: Type.String({ maxLength: previewLimits.packedBytes }),
  /** Open repositories of the platform's registry that the present desired state does not name. */
  tokens: Type.Array(Type.Object({ repository: Type.String(), token: Type.String() }), { maxItems: 200 }),
  limitMs: Type.Integer({ minimum: 1 }),
})
export type PreviewRequest = Static<typeof PreviewRequest>

const short = Type.String({ maxLength: previewLimits.messageChars })

/** What becomes of one object. */
export const ObjectChange = Type.Object({
  /** `apps/v1 Deployment hello/web` */
  object: Type.String({ maxLength: 1_024 }),
  change: Type.Enum(['created', 'changed', 'replaced', 'removed', 'kept', 'refused'], { type: 'string' }),
  why: short,
  /** How its pods are replaced; empty when they are not. */
  restarts: short,
  /** What differs, line by line; secrets masked. */
  lines: Type.Array(Type.String()),
  /** Bytes of `lines` that found no room. */
  cutBytes: Type.Integer({ minimum: 0 }),
})
export type ObjectChange = Static<typeof ObjectChange>

/** A layer that is installed, updated or removed. */
export const LayerPreview = Type.Object({
  id: Type.String(),
  step: Type.Union([Type.Literal('install'), Type.Literal('update'), Type.Literal('remove')]),
  /** Names of the layers whose readiness it waits for. */
  after: Type.Array(Type.String(), { maxItems: 200 }),
  objects: Type.Array(ObjectChange, { maxItems: previewLimits.objects }),
  /** Objects that found no room. */
  more: Type.Integer({ minimum: 0 }),
  /** Why it would fail, or could not be looked at; null when nothing speaks against it. */
  problem: Type.Union([Type.Null(), short]),
})
export type LayerPreview = Static<typeof LayerPreview>

/** Agent → server, once for each request. */
export const PreviewAnswer = Type.Object({
  type: Type.Literal('preview-answer'),
  id: Type.String({ maxLength: 64 }),
  /** Why there is no preview; null when there is one. */
  failure: Type.Union([Type.Null(), short]),
  /** In the order the agent takes them; layers that stay as they are, are absent. */
  layers: Type.Array(LayerPreview, { maxItems: 400 }),
  notes: Type.Array(short, { maxItems: 20 }),
})
export type PreviewAnswer = Static<typeof PreviewAnswer>
