import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AtriumError, messageOf } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'

/** What the plane pushed into the cluster so that the agent finds its way: Secret `atrium-agent-enrolment`. */
export interface Enrolment {
  token: Secret<string>
  /** `https://host:port`. */
  serverUrl: string
  /** PEM bundle; the plane's certificate must chain to it. */
  caBundlePem: string
  clusterUid: string
}

/** Reads the mounted Secret anew: the plane may have replaced it. Throws `InvalidState` naming the file that is missing. */
export const readEnrolment = async (directory: string): Promise<Enrolment> => {
  const [token, serverUrl, caBundlePem, clusterUid] = await Promise.all(
    ['token', 'serverUrl', 'ca.crt', 'clusterUid'].map((name) => readField(directory, name)),
  )
  if (!token || !serverUrl || !caBundlePem || !clusterUid)
    throw new AtriumError('InvalidState', `The enrolment Secret at ${directory} has an empty field.`)
  if (!URL.canParse(serverUrl) || new URL(serverUrl).protocol !== 'https:')
    throw new AtriumError('InvalidState', 'serverUrl of the enrolment Secret must be an https address.')
  return { token: new Secret(token), serverUrl, caBundlePem, clusterUid }
}

export const tokenHash = (token: Secret<string>): string => createHash('sha256').update(token.reveal()).digest('hex')

const readField = async (directory: string, name: string): Promise<string> => {
  try {
    return (await readFile(join(directory, name), 'utf8')).trim()
  } catch (cause) {
    throw new AtriumError('InvalidState', `The enrolment Secret lacks "${name}": ${messageOf(cause)}`, { cause })
  }
}
