import type { TSchema } from 'typebox'

/** One own operation in the shape of the operation table; schemas are TypeBox, which is JSON Schema. */
export interface OwnOperation {
  /** `atrium` + noun + verb. */
  id: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/atrium/v1`, with `{name}` placeholders. */
  path: `/atrium/v1/${string}`
  parameters: { name: string; in: 'path' | 'query' | 'formData'; required?: boolean; schema: TSchema }[]
  body?: { schema: TSchema; required: boolean }
  /** Request content type when it is not JSON. */
  consumes?: string
  /** By status; null = no body. */
  responses: Record<string, TSchema | null>
  /** Response content type when it is not JSON. */
  produces?: string
}

export interface OwnOperations {
  operations: OwnOperation[]
  /** Schemas that the operations refer to by name (`Type.Ref(name)`). */
  schemas: Record<string, TSchema>
}
