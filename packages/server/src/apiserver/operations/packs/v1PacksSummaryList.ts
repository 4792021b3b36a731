import { Catalogue } from '../../../content/catalogue.ts'
import { defineOperation } from '../../operation.ts'
import { listMeta, pageOfViews } from '../../shapes/lists.ts'
import { viewPackRow, viewPackSummary } from './views.ts'
import { visibleGroups } from './visible-groups.ts'

/** Texts of a pack may be hundreds of kilobytes: those of more packs than this are not read for one answer. */
const WITH_TEXTS_MAX = 50

/**
 * Clients never continue this list: without a limit it is whole. Values, presets and rules are with the packs of answers that hold at most
 * 50 of them, as clients that look for one version need.
 */
export const v1PacksSummaryList = defineOperation('v1PacksSummaryList', {
  scope: 'object',
  permission: 'packRegistry.list',
  async handler({ subject, query }, context) {
    const groups = await visibleGroups(context, subject)
    const page = pageOfViews(groups.flat().map(viewPackRow), query, 0)
    const listmeta = listMeta(page)
    if (page.items.length > WITH_TEXTS_MAX) return { items: page.items, listmeta }
    const uids = page.items.map(({ metadata }) => metadata?.uid ?? '')
    const packs = await context.admission.run(subject, (tx) => new Catalogue(tx).readPacks(uids))
    return { items: packs.map(viewPackSummary), listmeta }
  },
})
