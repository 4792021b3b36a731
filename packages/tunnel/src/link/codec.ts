import { PreviewAnswer } from '@atrium/api/link/preview.ts'
import { AgentMessage, Hello, linkLimits, Proof, ServerMessage, Welcome } from '@atrium/api/link/protocol.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Ajv, type ValidateFunction } from 'ajv'
import type { Static, TSchema } from 'typebox'

export type HelloFrame = Static<typeof Hello>
export type ProofFrame = Static<typeof Proof>
export type WelcomeFrame = Static<typeof Welcome>
/** Whatever a server may send. */
export type ServerFrame = HelloFrame | WelcomeFrame | Static<typeof ServerMessage>
/** Whatever an agent may send. */
export type AgentFrame = ProofFrame | Static<typeof AgentMessage> | PreviewAnswer

/** Deeper JSON is refused before it is parsed: nothing of ours nests further, and recursive readers survive it. */
const MAX_DEPTH = 64
const ajv = new Ajv({ allErrors: false, strict: false })

/** Validators by frame type, compiled on first use. */
const compiled = new Map<string, ValidateFunction>()
const validatorOf = (schemas: Record<string, TSchema>, type: unknown): ValidateFunction | null => {
  const schema = typeof type === 'string' && Object.hasOwn(schemas, type) ? schemas[type] : undefined
  if (!schema) return null
  const found = compiled.get(type as string) ?? ajv.compile(schema)
  compiled.set(type as string, found)
  return found
}

const serverSchemas: Record<string, TSchema> = { hello: Hello, welcome: Welcome, ...variants(ServerMessage) }
const agentSchemas: Record<string, TSchema> = {
  proof: Proof,
  'preview-answer': PreviewAnswer,
  ...variants(AgentMessage),
}

/** The members of a union of messages, by the constant of their `type`. */
function variants(union: { anyOf: readonly MessageSchema[] }): Record<string, TSchema> {
  return Object.fromEntries(union.anyOf.map((schema) => [schema.properties.type.const, schema]))
}
type MessageSchema = TSchema & { properties: { type: { const: string } } }

/** Reads one text frame from a server; throws `InvalidRequest` or `PayloadTooLarge`. */
export const parseServerFrame = (data: unknown): ServerFrame => parse(data, serverSchemas) as ServerFrame
/** Reads one text frame from an agent; throws `InvalidRequest` or `PayloadTooLarge`. */
export const parseAgentFrame = (data: unknown): AgentFrame => parse(data, agentSchemas) as AgentFrame

/** The number of a message that could not be read, so that it can be acknowledged all the same; null when it shows none. */
export const numberOf = (raw: unknown): number | null => {
  if (!Buffer.isBuffer(raw) || raw.length > linkLimits.messageBytes) return null
  try {
    const frame: unknown = JSON.parse(raw.toString('utf8'))
    const seq = typeof frame === 'object' && frame !== null && 'seq' in frame ? frame.seq : null
    return Number.isSafeInteger(seq) ? (seq as number) : null
  } catch {
    // No JSON: it has no number.
    return null
  }
}

/** `raw` is what `ws` hands over: a Buffer. */
const parse = (raw: unknown, schemas: Record<string, TSchema>): unknown => {
  if (!Buffer.isBuffer(raw)) throw new AtriumError('InvalidRequest', 'A link message is no text.')
  const data = raw.toString('utf8')
  if (raw.length > linkLimits.messageBytes)
    throw new AtriumError('PayloadTooLarge', `A link message is larger than ${linkLimits.messageBytes} bytes.`)
  if (depthOf(data) > MAX_DEPTH)
    throw new AtriumError('InvalidRequest', `A link message nests deeper than ${MAX_DEPTH}.`)
  const frame = parseJson(data)
  const type = typeof frame === 'object' && frame !== null && 'type' in frame ? frame.type : undefined
  const validate = validatorOf(schemas, type)
  if (!validate) throw new AtriumError('InvalidRequest', 'A link message has no known type.')
  if (validate(frame)) return frame
  const where = validate.errors?.[0]
  throw new AtriumError(
    'InvalidRequest',
    `A "${String(type)}" message does not fit: ${where?.instancePath ?? ''} ${where?.message ?? ''}`,
  )
}

const parseJson = (data: string): unknown => {
  try {
    return JSON.parse(data)
  } catch (cause) {
    throw new AtriumError('InvalidRequest', 'A link message is no JSON.', { cause })
  }
}

const depthOf = (data: string): number => {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let index = 0; index < data.length; index += 1) {
    const char = data.charCodeAt(index)
    if (inString) {
      if (char === 0x5c) index += 1
      else if (char === 0x22) inString = false
    } else if (char === 0x22) inString = true
    else if (char === 0x5b || char === 0x7b) deepest = Math.max(deepest, ++depth)
    else if (char === 0x5d || char === 0x7d) depth -= 1
  }
  return deepest
}
