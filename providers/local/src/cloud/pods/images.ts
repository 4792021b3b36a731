import type { PodImage } from '../protocol.ts'
import type { PodObject } from './pod.ts'

/** The repository of an image reference: without tag and digest. A colon before a slash belongs to a host's port. */
export const repositoryOf = (image: string): string => {
  const [withoutDigest = ''] = image.split('@')
  const slash = withoutDigest.lastIndexOf('/')
  const colon = withoutDigest.lastIndexOf(':')
  return colon > slash ? withoutDigest.slice(0, colon) : withoutDigest
}

export const findImage = (image: string, images: readonly PodImage[]): PodImage | null =>
  images.find(({ repository }) => repository === repositoryOf(image)) ?? null

/** Pods the runner owns: kwok leaves every pod with such a container alone. */
export const isRunnable = (pod: PodObject, images: readonly PodImage[]): boolean =>
  pod.spec.containers.some(({ image }) => findImage(image, images) !== null)
