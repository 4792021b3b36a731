/** Versions without the `v` that some write before them. */
export const plainVersion = (version: string): string => version.replace(/^v/, '')

/** `[1, 34, 4]`; null for what is no version. */
const partsOf = (version: string): [number, number, number] | null => {
  const [, major, minor, patch] = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []
  return patch === undefined ? null : [Number(major), Number(minor), Number(patch)]
}

/** False also where one of them is no version: nothing is known of its order then. */
export const isOlder = (version: string, than: string): boolean => {
  const [a, b] = [partsOf(version), partsOf(than)]
  if (a === null || b === null) return false
  const index = a.findIndex((part, place) => part !== b[place])
  return index >= 0 && (a[index] ?? 0) < (b[index] ?? 0)
}

/** Why a control plane cannot go from one version to another, and what to do instead. */
export interface VersionProblem {
  reason: 'KubernetesDowngrade' | 'KubernetesMinorSkipped'
  message: string
  nextStep: string
}

/**
 * Null when the control plane of a cluster may go from `from` to `to`: to any newer version of the same or the next minor.
 * Kubernetes supports neither the way back nor a minor that is left out.
 */
export const versionChangeProblem = (from: string, to: string): VersionProblem | null => {
  const [now, then] = [partsOf(from), partsOf(to)]
  if (now === null || then === null) return null
  const change = `Kubernetes ${plainVersion(from)} cannot become ${plainVersion(to)}`
  if (isOlder(to, from))
    return {
      reason: 'KubernetesDowngrade',
      message: `${change}: a control plane never goes back to an older version`,
      nextStep: `Give the kubernetes layer version ${plainVersion(from)} or a newer one.`,
    }
  const next = `${now[0]}.${now[1] + 1}`
  if (then[0] === now[0] && then[1] <= now[1] + 1) return null
  return {
    reason: 'KubernetesMinorSkipped',
    message: `${change}: minor versions are taken one after the other, and ${next} is next`,
    nextStep: `Give the kubernetes layer a version of ${next} first; go on from there once the upgrade has ended.`,
  }
}
