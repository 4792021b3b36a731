import type { KindDefinition } from './meta.ts'

/** How one signs in; what is secret lies beside the object. */
export interface RegistryAuth {
  type: 'noAuth' | 'basic' | 'token' | 'aws'
  username?: string
  /** Of `aws`. */
  accessKey?: string
  region?: string
  /** Of `aws`, instead of an access key: the installation's own identity takes this role on. */
  role?: { arn: string; externalId: string }
}

/**
 * A place packs come from. `pack`: an OCI registry in the layout of packs, or packs in a git repository (`git+https://…#ref:folder`) or,
 * of tenant `system`, in a folder of the server's machine (`file:///…`).
 * `oci`: an OCI registry that holds packs or charts. `helm`: a repository of charts with an `index.yaml`. Credentials are a secret
 * field `auth` beside the object.
 */
export interface RegistrySpec {
  type: 'pack' | 'oci' | 'helm'
  /** `https://host:port/base-path`. */
  endpoint: string
  /** As it was given, where that is written otherwise. */
  shownEndpoint?: string
  /** CA bundle (PEM) that the endpoint's certificate is checked against; empty = the system's. */
  caBundle: string
  isDefault: boolean
  isPrivate: boolean
  /** The client said that there is TLS, and reads it back. */
  isTlsShown?: boolean
  /** Absent = anonymous. */
  auth?: RegistryAuth
  /** Of type `oci`. */
  oci?: { registryType: 'basic' | 'ecr'; provider: 'pack' | 'helm' | 'zarf'; basePath: string; baseContentPath: string }
  /** Its content is not read into the catalogue. */
  isSyncOff?: boolean
  /** How often it is read; an hour unless set. */
  everyMinutes?: number
  /** Names of packs, or paths of charts below the base path, instead of what the registry lists. Only of OCI registries. */
  repositories?: string[]
  /** Public key (PEM): packs without a signature by it are refused. Only of OCI registries. */
  signatureKey?: string
  unknown?: Record<string, unknown>
}

/** `PackInvalid`: its content is wrong. `PackLimitBroken`: reading it took too much. `PackUnavailable`: the registry does not give it as a pack. */
export type PackProblemCode = 'PackInvalid' | 'PackLimitBroken' | 'PackUnavailable'

/** A pack that cannot be used, and why. */
export interface PackProblem {
  /** Absent in what was written by versions that knew none. */
  code?: PackProblemCode
  place: string
  /** Content that was looked at: the same is not looked at again. */
  mark: string
  message: string
}

export interface RegistryStatus {
  sync?: {
    state: 'Pending' | 'InProgress' | 'Success' | 'Failed'
    message: string
    lastRunAt: string | null
    lastSuccessAt: string | null
    counts?: { offered: number; usable: number; changed: number; moved: number; failed: number; leftOut: number }
    problems?: PackProblem[]
    /** Of a source that can tell by one word whether anything changed since: ETag, commit. */
    mark?: string | null
    /** Generation that was read: another one is read from the beginning. */
    generation?: number
  }
}
export const registryKind: KindDefinition = {
  name: 'Registry',
  listColumns: { type: ['type'] },
  sortColumns: {},
  uniqueKeys: [['scope', 'name']],
  reconciled: true,
}
