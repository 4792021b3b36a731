import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { listPackDirectories } from '@atrium/pack/sources/directory.ts'

/** A folder of published packs; they are nobody's to commit, and lie beside the checkout where they are at hand. */
const root = process.env.ATRIUM_SAMPLE_PACKS ?? join(import.meta.dirname, '../../../../shared/packs')

/** Their folders; empty where there are none: what needs them is skipped then. */
export const samplePacks = async (): Promise<string[]> => (existsSync(root) ? listPackDirectories(root) : [])
