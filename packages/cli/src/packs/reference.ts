import { tagOf } from '@atrium/pack/sources/oci/pack-registry.ts'

/** A pack as a person names it: `hello:1.0.0`, `hello@sha256:…`, or `hello` for its newest version. */
export interface PackReference {
  name: string
  /** Tag or digest; null: the newest. */
  reference: string | null
}

export function readPackReference(text: string): PackReference {
  const match = /^([a-zA-Z0-9][a-zA-Z0-9._-]*)(?:@(sha256:[0-9a-f]{64})|:([a-zA-Z0-9_][a-zA-Z0-9._+-]{0,127}))?$/.exec(
    text,
  )
  if (match === null) throw new Error(`'${text}' names no pack. Write NAME, NAME:VERSION or NAME@sha256:DIGEST`)
  const [, name = '', digest, version] = match
  return { name, reference: digest ?? (version === undefined ? null : tagOf(version)) }
}
