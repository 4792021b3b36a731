/** Reads an option that is a port; throws naming it. */
export const readPort = (text: string): number => {
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  throw new Error(`--port: '${text}' is no port. Use a number from 1 to 65535.`)
}
