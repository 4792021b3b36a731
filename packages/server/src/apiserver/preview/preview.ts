import type { AtriumClusterPreview, AtriumLayerPreview } from '@atrium/api/generated/operations.d.ts'
import type { LayerPreview } from '@atrium/api/link/preview.ts'
import { redactor } from '@atrium/runtime/base/redact.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { declaredProfiles } from '../../content/cluster-access.ts'
import { planInfrastructure, rehearseInfrastructure, unwellMachines } from '../../content/plan-machines.ts'
import { type LayerChange, planLayers } from '../../content/plan-update.ts'
import { type ResolvedProfiles, resolveLayers } from '../../content/resolve.ts'
import { readResolveContext } from '../../content/resolve-context.ts'
import { contentActor } from '../../content/tenant.ts'
import type { ServerContext } from '../../context.ts'
import { problemsOf } from '../operations/atrium/plan-cluster.ts'
import { refusedVersion } from '../operations/clusters/version-change.ts'
import { askAgent } from './ask-agent.ts'
import type { PlannedChange } from './change.ts'
import { DeclaredTexts } from './declared-texts.ts'
import { policyChanges } from './policy-effect.ts'

const machinesShown = 1_000

/** What the change would do to layers, objects and machines: as the agent sees it, else as far as it can be told from here. */
export async function previewCluster(context: ServerContext, change: PlannedChange): Promise<AtriumClusterPreview> {
  const { cluster, after, machines, fresh } = change
  const contexts = await context.store.transaction(cluster.meta.tenant, contentActor, async (tx) => ({
    before: await readResolveContext(tx, cluster),
    after: await readResolveContext(tx, { ...cluster, spec: after }, fresh),
  }))
  const declared = declaredProfiles(cluster.spec, contexts.before.workspaces)
  const wanted = declaredProfiles(after, contexts.before.workspaces)
  const plan = planLayers(declared, wanted, contexts)
  const before = resolveLayers(declared, contexts.before)
  const next = resolveLayers(wanted, contexts.after)
  const redact = redactor([...before.sensitive, ...next.sensitive].map((value) => new Secret(value)))
  // What cannot be made reaches no agent.
  const problems = problemsOf(refusedVersion(cluster, after), plan.problems)
  const live = problems.length > 0 ? null : await askAgent(context, cluster, after, next, redact)
  const steps = live && 'answer' in live ? live.answer.layers : []
  const texts = new DeclaredTexts(redact)
  const layers = ordered(plan.layers, steps).map((layer) => viewLayer(layer, { before, next, texts, steps }))
  const provider = context.providers.get(cluster.spec.cloudType)
  const unwell = unwellMachines(machines)
  const { nodes, underWay, isWhole } = rehearseInfrastructure(cluster, after, machines)
  const policy = policyChanges(
    cluster,
    after.policy,
    unwell.map(({ meta }) => meta.name),
    { before: before.layers, next: next.layers },
  )
  const operations = provider ? planInfrastructure(cluster, after, machines, provider) : []
  return {
    changes: layers.some(isChange) || nodes.length > 0 || policy.length > 0,
    approximate: live && 'reason' in live ? live.reason : null,
    ...{ layers, nodes: nodes.slice(0, machinesShown), policy },
    machines: operations.slice(0, machinesShown).map(({ type, summary, disturbs }) => ({ type, summary, disturbs })),
    problems,
    notes: [
      ...(nodes.length > machinesShown || !isWhole ? ['More machines change than are shown.'] : []),
      ...(underWay > 0
        ? [`${underWay} changes of machines are under way without this change, and are not shown.`]
        : []),
      ...(live && 'answer' in live ? live.answer.notes : []),
    ],
  }
}

/** In the agent's order, then as declared; with layers that only the agent still has. */
function ordered(declared: readonly LayerChange[], steps: readonly LayerPreview[]): LayerChange[] {
  const known = new Map(declared.map((layer) => [layer.id, layer]))
  const first = steps.map(
    ({ id }): LayerChange =>
      known.get(id) ?? { id, profileUid: '', change: 'removed', why: 'was taken away before and is still there' },
  )
  const taken = new Set(first.map(({ id }) => id))
  return [...first, ...declared.filter(({ id }) => !taken.has(id))]
}

interface Surroundings {
  before: ResolvedProfiles
  next: ResolvedProfiles
  texts: DeclaredTexts
  steps: readonly LayerPreview[]
}

function viewLayer(layer: LayerChange, { before, next, texts, steps }: Surroundings): AtriumLayerPreview {
  const step = steps.find(({ id }) => id === layer.id)
  const found = ({ layers }: ResolvedProfiles) => layers.find(({ id }) => id === layer.id)
  const unlike = step && layer.change === 'unchanged' ? 'what is declared already is not in place yet' : layer.why
  return {
    ...layer,
    why: unlike,
    step: step?.step ?? '',
    after: step?.after ?? [],
    objects: step?.objects ?? [],
    more: step?.more ?? 0,
    problem: step?.problem ?? null,
    texts: texts.of(found(before), found(next)),
  }
}

const isChange = ({ change, step }: AtriumLayerPreview): boolean => change !== 'unchanged' || step !== ''
