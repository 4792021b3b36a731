import { enableCompileCache, flushCompileCache } from 'node:module'

// Compiled and type-stripped modules are kept on disk: 0.3 s and 20 MB less at every start but the first.
enableCompileCache()
const [{ startLasting }, { envToConfig }, { readEnv }, { createContext }, { startServer }] = await Promise.all([
  import('@atrium/runtime/base/lasting-process.ts'),
  import('./config/config.ts'),
  import('./config/env.ts'),
  import('./context.ts'),
  import('./server.ts'),
])
startLasting()

const config = envToConfig(readEnv(process.env))
// `main.ts restored`: an operator's step after a restore, see docs/database.md.
if (process.argv[2] === 'restored') {
  const { declareRestored } = await import('./restored.ts')
  const [{ systemClock: clock }, { systemRandom: random }, { createLogger }] = await Promise.all([
    import('@atrium/runtime/base/clock.ts'),
    import('@atrium/runtime/base/random.ts'),
    import('./logger.ts'),
  ])
  await declareRestored(config, { clock, random, logger: createLogger(config.logLevel) })
} else {
  const server = await startServer(await createContext(config))
  // Else a killed process leaves nothing to the next.
  flushCompileCache()
  const stop = (): void => {
    void server.stop()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}
