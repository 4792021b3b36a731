import { storeSuite } from '@atrium/runtime/store/suite.ts'
import { openHarness } from './support/store-harness.ts'

// With ATRIUM_TEST_DATABASE_URL this is any PostgreSQL, else the embedded one.
storeSuite({ name: 'PostgreSQL', propertyRuns: 8, open: () => openHarness() })
