/** Loaded before a server whose memory is measured: SIGUSR2 asks V8 to tidy up, so that what is read is held and not left over. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
process.on('SIGUSR2', () => {
  // The first one ends what the second one can free.
  collect()
  collect()
})
