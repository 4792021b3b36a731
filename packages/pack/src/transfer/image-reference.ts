/** A reference to an image, whole: `nginx` is `docker.io/library/nginx:latest`. */
export interface ImageReference {
  /** As registries are named: `docker.io`, `quay.io`, `localhost:5000`. */
  host: string
  repository: string
  /** Empty where only a digest is given. */
  tag: string
  digest: string
}

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const HOST =
  '(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::[0-9]{1,5})?'
const REFERENCE = new RegExp(
  `^(?:(${HOST})/)?(${COMPONENT}(?:/${COMPONENT})*)(?::([a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`,
)

/** Reads a reference as container runtimes do; null when it is none. */
export function parseImage(text: string): ImageReference | null {
  const match = text.length > 512 ? null : REFERENCE.exec(text.trim())
  if (match === null) return null
  const [, first = '', rest = '', tag = '', digest = ''] = match
  // `library/nginx` begins with a folder, `quay.io/nginx` and `localhost/nginx` with a host.
  const isHost = first !== '' && (/[.:]/.test(first) || first === 'localhost')
  if (!isHost && first !== first.toLowerCase()) return null
  const host = isHost ? first.toLowerCase() : 'docker.io'
  const path = isHost || first === '' ? rest : `${first}/${rest}`
  const repository = host === 'docker.io' && !path.includes('/') ? `library/${path}` : path
  return {
    host: host === 'index.docker.io' ? 'docker.io' : host,
    repository,
    tag: tag || (digest ? '' : 'latest'),
    digest,
  }
}

/** `docker.io/library/nginx:1.27`, with tag and digest as far as they are given. */
export const formatImage = ({ host, repository, tag, digest }: ImageReference): string =>
  `${host}/${repository}${tag === '' ? '' : `:${tag}`}${digest === '' ? '' : `@${digest}`}`
