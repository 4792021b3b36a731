import type { Verb } from '../nouns/noun.ts'
import { profile } from '../resources/fleet.ts'
import { findItem } from '../resources/kinds.ts'

/** Tells what the packs of a profile ask for and do not have, without a cluster. */
export const checkVerb: Verb = {
  name: 'check',
  description:
    'what its packs ask of each other and of their values; other profiles of a cluster may give what is missing',
  arguments: [['<profile>', 'name@version or uid']],
  isReading: true,
  async run({ client }, { args: [name = ''] }) {
    const { uid } = await findItem(client, profile, name)
    const answer = await client.call('POST /v1/clusterprofiles/{uid}/validate/packs', { params: { uid }, body: {} })
    const lines = (answer.packs?.results ?? []).flatMap(({ name: layer, errors }) =>
      (errors ?? []).map(({ code, message }) => `${layer}: ${code}: ${message}`),
    )
    return lines.length === 0 ? `profile/${name}: its packs fit` : lines.join('\n')
  },
}
