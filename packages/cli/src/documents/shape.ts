/** What a field of a document may hold. */
export type Shape = { required?: true } & (
  | { type: 'text'; choices?: readonly string[] }
  | { type: 'flag' }
  /** Texts by name. */
  | { type: 'texts'; choices?: readonly string[] }
  /** Handed on as it is; the server judges it. */
  | { type: 'anything' }
  | { type: 'list'; of: Shape }
  | { type: 'object'; fields: Readonly<Record<string, Shape>> }
)

export const text: Shape = { type: 'text' }
export const flag: Shape = { type: 'flag' }
export const texts: Shape = { type: 'texts' }
export const anything: Shape = { type: 'anything' }
export const textsOf = (...choices: string[]): Shape => ({ type: 'texts', choices })
export const oneOf = (...choices: string[]): Shape => ({ type: 'text', choices })
export const list = (of: Shape): Shape => ({ type: 'list', of })
export const object = (fields: Readonly<Record<string, Shape>>): Shape => ({ type: 'object', fields })
export const required = (shape: Shape): Shape => ({ ...shape, required: true })

/** A field that is wrong: where, what, and what to do. */
export interface Problem {
  path: string
  message: string
}

/** Everything that is wrong with `value`. Null is as good as absent. */
export function checkShape(value: unknown, shape: Shape, path: string): Problem[] {
  if (value === undefined || value === null)
    return shape.required ? [{ path, message: `is missing. Give ${wordFor(shape)}.` }] : []
  switch (shape.type) {
    case 'anything':
      return []
    case 'flag':
      return typeof value === 'boolean' ? [] : [{ path, message: `${tell(value)}. Write true or false.` }]
    case 'text':
      return checkText(value, shape.choices, path)
    case 'texts':
      return isObject(value)
        ? Object.entries(value).flatMap(([name, one]) => checkText(one, shape.choices, `${path}.${name}`))
        : [{ path, message: `${tell(value)}. Write 'name: text' lines below it.` }]
    case 'list':
      return Array.isArray(value)
        ? value.flatMap((one, index) => checkShape(one, shape.of, `${path}[${index}]`))
        : [{ path, message: `${tell(value)}. Write a list, each entry behind '- '.` }]
    default:
      return isObject(value)
        ? checkFields(value, shape.fields, path)
        : [{ path, message: `${tell(value)}. Write its fields below it.` }]
  }
}

function checkFields(value: Record<string, unknown>, fields: Readonly<Record<string, Shape>>, path: string): Problem[] {
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`)
  const known = Object.keys(fields).join(', ')
  const unknown = Object.keys(value).filter((name) => !Object.hasOwn(fields, name))
  return [
    ...unknown.map((name) => ({ path: at(name), message: `is no field of this. There are: ${known || 'none'}.` })),
    ...Object.entries(fields).flatMap(([name, shape]) => checkShape(value[name], shape, at(name))),
  ]
}

function checkText(value: unknown, choices: readonly string[] | undefined, path: string): Problem[] {
  if (typeof value === 'number' || typeof value === 'boolean')
    return [{ path, message: `is read as the ${typeof value} ${value}. Put what you wrote in quotes.` }]
  if (typeof value !== 'string') return [{ path, message: `${tell(value)}. Write a text.` }]
  if (choices === undefined || choices.includes(value)) return []
  return [{ path, message: `'${value}' is not one of ${choices.join(', ')}.` }]
}

const wordFor = (shape: Shape): string => {
  if (shape.type === 'list') return 'a list'
  if (shape.type === 'text' && shape.choices) return `one of ${shape.choices.join(', ')}`
  return shape.type === 'object' || shape.type === 'texts' ? 'its fields' : 'it'
}

const tell = (value: unknown): string =>
  Array.isArray(value) ? 'is a list' : isObject(value) ? 'holds fields' : `is the ${typeof value} '${String(value)}'`

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
