/** Words of a name in small letters: they begin with a capital, or behind what is neither letter nor digit. */
export const wordsOf = (name: string): string[] =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase())

/** `http_server` → `HttpServer`. */
export const camelCase = (name: string): string =>
  wordsOf(name)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')

/** `First Try` → `FT`. */
export const initialsOf = (text: string): string =>
  text
    .split(/\s+/)
    .map((word) => word.slice(0, 1))
    .join('')
