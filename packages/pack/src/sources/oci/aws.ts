import type { Clock } from '@atrium/runtime/base/clock.ts'
import { type AwsKeys, signForAws } from '@atrium/runtime/egress/aws-signature.ts'
import type { Egress } from '@atrium/runtime/egress/egress.ts'
import { OciError, ociLimits } from './types.ts'

/** One request to a service of AWS. */
export interface AwsCall {
  service: 'ecr' | 'sts'
  region: string
  keys: AwsKeys
  url: string
  headers: Record<string, string>
  body: string
}

/** The text of a good answer; throws `OciError` with the name of the refusal, 401 for what AWS does not permit. */
export async function callAws(call: AwsCall, { egress, clock }: { egress: Egress; clock: Clock }): Promise<string> {
  const { url, ...rest } = call
  const response = await egress.request(url, {
    method: 'POST',
    headers: signForAws({ ...rest, method: 'POST', url: new URL(url), at: clock.now() }),
    body: call.body,
    maxBytes: ociLimits.tokenBytes,
  })
  const text = await response.text()
  if (response.status === 200) return text
  const isRefused = response.status === 400 || response.status === 403
  const told = `AWS (${call.service}) answered ${response.status}${kindOf(text)}`
  throw new OciError(isRefused ? 401 : response.status, told)
}

/** The name of a refusal, e.g. `UnrecognizedClientException`; one service writes JSON, the other XML. */
const kindOf = (text: string): string => {
  const kind = /"__type"\s*:\s*"(?:[^"#]*#)?([A-Za-z]{1,60})"|<Code>([A-Za-z.]{1,60})<\/Code>/.exec(text.slice(0, 4096))
  return kind === null ? '' : ` ${kind[1] ?? kind[2]}`
}
