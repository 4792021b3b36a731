import { createHash } from 'node:crypto'
import { EgressError } from '@atrium/runtime/egress/error.ts'

/** Content of a registry by digest, as manifests name it. */
export interface Descriptor {
  mediaType: string
  digest: string
  size: number
  annotations?: Record<string, string>
}

export interface OciManifest {
  schemaVersion: 2
  mediaType: string
  config: Descriptor
  layers: Descriptor[]
  annotations?: Record<string, string>
}

export const mediaTypes = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  /** What `oras push` writes when it is given no config. */
  unknownConfig: 'application/vnd.unknown.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const

/** Bounds on everything a registry sends besides packs themselves. */
export const ociLimits = {
  manifestBytes: 1024 * 1024,
  tokenBytes: 64 * 1024,
  listBytes: 4 * 1024 * 1024,
  /** Pages of a tag or repository list. */
  listPages: 100,
  attempts: 4,
  firstRetryMs: 250,
} as const

export const DIGEST = /^sha256:[0-9a-f]{64}$/
export const digestOf = (content: Uint8Array): string => `sha256:${createHash('sha256').update(content).digest('hex')}`

/** A registry said no, or what it sent cannot be right. The message holds no credentials. */
export class OciError extends Error {
  override readonly name: string = 'OciError'
  /** HTTP status; 0 when there was no usable answer. */
  readonly status: number
  constructor(status: number, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.status = status
  }

  /** There was no connection, or it broke: this says nothing about what was asked for. */
  get isUnreachable(): boolean {
    return this.cause instanceof EgressError && (this.cause.reason === 'network' || this.cause.reason === 'timeout')
  }
}

/** There is no way to sign in with what there is. */
export class SignInError extends OciError {
  override readonly name = 'SignInError'
}

/** The registry does not list its repositories, at least not to these credentials: so do many public ones. */
export class CatalogueError extends OciError {
  override readonly name = 'CatalogueError'
}
