import { stopIdleTestPostgres } from '@atrium/dev-env/postgres.ts'

// Ends the PostgreSQL that tests share, unless another run is using it.
await stopIdleTestPostgres()
