import type { Clock } from '@atrium/runtime/base/clock.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { signForAws } from '@atrium/runtime/egress/aws-signature.ts'
import type { CloudAccess } from './client.ts'
import { type CloudRequest, formHeaders, refused, settingOf } from './request.ts'

/** Where each partition answers who somebody is. */
const partitions: Record<string, { host: string; region: string }> = {
  aws: { host: 'sts.us-east-1.amazonaws.com', region: 'us-east-1' },
  'aws-us-gov': { host: 'sts.us-gov-west-1.amazonaws.com', region: 'us-gov-west-1' },
  'aws-iso': { host: 'sts.us-iso-east-1.c2s.ic.gov', region: 'us-iso-east-1' },
  'aws-iso-b': { host: 'sts.us-isob-east-1.sc2s.sgov.gov', region: 'us-isob-east-1' },
}

const fieldsOfErrors: Record<string, string> = {
  InvalidClientTokenId: 'accessKey',
  SignatureDoesNotMatch: 'secretKey',
  IncompleteSignature: 'secretKey',
  ExpiredToken: 'secretToken',
}

/**
 * Asks AWS whom the keys belong to. A role is taken on with keys that this installation does not have, so accounts of
 * type `sts` and `pod-identity` are as good as they look.
 */
export async function checkAws(ask: CloudRequest, account: CloudAccess, clock: Clock): Promise<void> {
  const type = settingOf(account, 'credentialType') || 'secret'
  if (type !== 'secret') return
  const { at, secrets } = account
  const partition = partitions[settingOf(account, 'partition') || 'aws']
  if (!partition) throw refused(`${at}partition`, 'is none that is known')
  const url = new URL(`https://${partition.host}/`)
  const body = 'Action=GetCallerIdentity&Version=2011-06-15'
  const { secretKey = new Secret(''), secretToken } = secrets
  const headers = signForAws({
    ...{ method: 'POST', url, body, headers: formHeaders, service: 'sts', region: partition.region, at: clock.now() },
    keys: {
      accessKey: settingOf(account, 'accessKey'),
      secretKey,
      ...(secretToken && { sessionToken: secretToken }),
    },
  })
  const answer = await ask(url.href, { method: 'POST', headers, body }, `${at}accessKey`)
  if (answer.status === 200) return
  const code = /"Code"\s*:\s*"(\w{1,60})"|<Code>(\w{1,60})<\/Code>/.exec(answer.text)?.slice(1).find(Boolean)
  const field = fieldsOfErrors[code ?? ''] ?? 'accessKey'
  throw refused(`${at}${field}`, `AWS does not take it (${code ?? `status ${answer.status}`})`)
}
