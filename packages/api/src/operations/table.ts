/** A JSON Schema (2020-12) node; `$ref` holds the bare name of a schema of the same table. */
export interface Schema {
  $ref?: string
  type?: string | string[]
  format?: string
  properties?: Record<string, Schema>
  items?: Schema
  additionalProperties?: Schema | boolean
  anyOf?: Schema[]
  allOf?: Schema[]
  required?: string[]
  enum?: unknown[]
  const?: unknown
  [keyword: string]: unknown
}

export interface Parameter {
  name: string
  in: 'path' | 'query' | 'formData'
  required?: boolean
  schema: Schema
}

/** One row of the operation table: everything server and client need to know of an operation. */
export interface Operation {
  id: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With `{name}` placeholders. */
  path: string
  parameters: Parameter[]
  body?: { schema: Schema; required: boolean }
  /** Request content type when it is not JSON. */
  consumes?: string
  /** By status, the success first; null = no body. */
  responses: Record<string, Schema | null>
  /** Response content type when it is not JSON. */
  produces?: string
}

/** The operation table (`generated/operations.json`). */
export interface Contract {
  operations: Operation[]
  schemas: Record<string, Schema>
}
