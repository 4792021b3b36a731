/** What is published under a version is used somewhere: it changes only when that is asked for. */
export function refuseOther(what: string, found: string, given: string): never {
  throw new Error(
    `The registry holds ${what} with other content: ${found}, not ${given}. Give it another version, or overwrite it: --replace`,
  )
}
