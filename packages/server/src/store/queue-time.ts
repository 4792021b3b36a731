import { type Clock, isoNow, systemClock } from '@atrium/runtime/base/clock.ts'

/**
 * The moment queue statements judge by. Null on a real machine: the statements then use the database's own clock, so
 * that a server whose clock is wrong cannot take away the leases of others. Tests with a clock of their own give its time.
 */
export const queueTime = (clock: Clock): string | null => (clock === systemClock ? null : isoNow(clock))
