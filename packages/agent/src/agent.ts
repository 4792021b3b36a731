import { join } from 'node:path'
import type { KubeClient } from '@atrium/kube/client.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { BlobCache, blobDigests } from './desired/blobs.ts'
import { DesiredStore } from './desired/desired-store.ts'
import { DesiredIntake } from './desired/intake.ts'
import type { Redaction } from './desired/redaction.ts'
import { DeviationLog } from './drift/deviations.ts'
import { FightDetector, type FightLimits } from './drift/fight.ts'
import { ObjectGuard } from './drift/object-guard.ts'
import { driftPolicy, isSamePolicy, type PolicyAction } from './drift/policy.ts'
import { ReleaseGuard } from './drift/release-guard.ts'
import type { PackSource } from './layers/content.ts'
import { LayerEngine } from './layers/engine.ts'
import { LayerGate } from './layers/gate.ts'
import { HealthBoard } from './layers/health.ts'
import type { Helm } from './layers/helm.ts'
import { Installer } from './layers/installer.ts'
import { RecordStore } from './layers/records.ts'
import { leaveCluster } from './leave.ts'
import { redactingLink } from './link/redacting-link.ts'
import { Maintenance } from './nodes/maintenance.ts'
import type { DesiredPosition, PlaneLink } from './ports.ts'
import { Previewer } from './preview/previewer.ts'
import { Reporter } from './report/reporter.ts'
import { ClusterStore } from './storage/cluster-store.ts'

export interface AgentDeps {
  client: KubeClient
  helm: Helm
  packs: PackSource
  clock: Clock
  random: Random
  logger: Logger
  /** Behind `logger` and before the link: learns what is not to be said. */
  redaction: Redaction
  /** Where the agent keeps its own Secrets. */
  namespace: string
  /** Folder for the desired state and for helm's work. */
  stateDir: string
  /** When it takes an object for contested; the usual limits unless given. */
  fights?: FightLimits
  /** Opens the link once the agent can say what it has applied. */
  openLink(applied: () => DesiredPosition | null): PlaneLink
}

export interface Agent {
  readonly reporter: Reporter
  readonly records: RecordStore
  readonly guard: ObjectGuard
  /** Its records are open, and every kind they name was listed once. */
  readonly ready: boolean
  /** Ends loops and watches; a helm that runs is asked to end. */
  stop(): Promise<void>
}

/** What every part of the agent works on. */
interface Parts extends AgentDeps {
  /** Aborts when the agent stops. */
  stopping: AbortSignal
  link: PlaneLink
  desired: DesiredStore
  records: RecordStore
  blobs: BlobCache
  gate: LayerGate
  installer: Installer
  health: HealthBoard
  workDir: string
}

/** Builds the agent's parts and starts them. What runs in the cluster keeps running when it stops. */
export async function startAgent(deps: AgentDeps): Promise<Agent> {
  const deviations = await DeviationLog.open({
    store: clusterStore(deps, 'deviations'),
    clock: deps.clock,
    logger: deps.logger,
    redact: deps.redaction.redact,
    send: (items) => {
      parts.link.report({ type: 'deviations', items })
      reporter.touch()
    },
  })
  const stopping = new AbortController()
  const parts = await openParts(deps, stopping.signal)
  // From here on nothing is waited for: the link is open, and what it brings before anybody listens is lost.
  const { link, desired, blobs, redaction, clock, logger } = parts
  const engine: LayerEngine = createEngine(parts, () => ({ reporter, intake }))
  const maintenance = new Maintenance({
    ...parts,
    desired: () => desired.current,
    tell: (...told) => reporter.tell(...told),
    onChange: () => reporter.touch(),
  })
  const reporter: Reporter = new Reporter({
    ...parts,
    maintenance,
    layers: () => engine.reports(),
    openDeviations: () => deviations.openIds(),
    removals: () => engine.removals(),
    intakeProblem: () => intake.problem,
  })
  const guards = createGuards(parts, deviations, engine)
  const previewer = new Previewer(parts)
  const intake: DesiredIntake = new DesiredIntake(
    { desired, blobs, redaction, clock, logger },
    {
      onAccepted(former) {
        if (desired.current?.leave) return void leave(parts, reporter)
        if (!isSamePolicy(former, desired.current)) {
          guards.objects.recheckDeviations()
          guards.releases.recheckDeviations()
        }
        engine.wake()
        maintenance.wake()
        reporter.touch()
      },
      onProblem(problem) {
        reporter.tell('Warning', 'DesiredStateNotFetched', 'Agent', problem)
        reporter.touch()
      },
    },
  )
  const unlisten = [
    link.onDesired((state) => intake.take(state)),
    link.onPreview((request, answer) => previewer.take(request, answer)),
    link.onConnection((connected) => {
      if (connected) deviations.repeat()
    }),
  ]
  for (const part of [engine, guards.objects, guards.releases, reporter]) part.start()
  // It was cut off on its way out.
  if (desired.current?.leave) void leave(parts, reporter)
  let ready = false
  void guards.objects.synced().then(() => {
    ready = true
  })
  return {
    reporter,
    get ready() {
      return ready
    },
    records: parts.records,
    guard: guards.objects,
    async stop() {
      stopping.abort()
      for (const stopListening of unlisten) stopListening()
      await intake.stop()
      await previewer.stop()
      await engine.stop()
      await maintenance.stop()
      await Promise.all([guards.objects.stop(), guards.releases.stop()])
      await deviations.flush()
      await reporter.stop()
      await link.close()
    },
  }
}

const LEAVE_AGAIN_MS = 5_000

/** Says that it goes, and goes; its process is ended with its namespace. */
async function leave(
  { desired, client, namespace, clock, logger, stopping }: Parts,
  reporter: Reporter,
): Promise<void> {
  while (desired.current && !stopping.aborted) {
    try {
      await desired.markApplied(desired.current)
      reporter.report()
      await leaveCluster(client, namespace)
      logger.info({}, 'the cluster is managed no more: the agent removes itself')
      return
    } catch (error) {
      const problem = `the agent cannot remove itself: ${messageOf(error)}`
      logger.warn({}, problem)
      reporter.tell('Warning', 'AgentNotRemoved', 'Agent', problem)
      await clock.sleep(LEAVE_AGAIN_MS, stopping)
    }
  }
}

const clusterStore = (deps: AgentDeps, area: string): ClusterStore =>
  new ClusterStore(deps.client, deps.namespace, area)

async function openParts(deps: AgentDeps, stopping: AbortSignal): Promise<Parts> {
  const { logger, redaction, stateDir } = deps
  const path = join(stateDir, 'desired.json')
  const desired = await DesiredStore.open({ path, cluster: clusterStore(deps, 'desired'), logger })
  const records = await RecordStore.open(clusterStore(deps, 'layer'))
  const kept = clusterStore(deps, 'blob')
  const readKept = (digest: string): Promise<Buffer | null> => kept.get(digest)
  await redaction.learn(desired.current, readKept)
  for (const digest of desired.formerSensitive) await redaction.learnList(digest, readKept)
  // Last, after everything that has to be waited for.
  const link = redactingLink(
    deps.openLink(() => desired.applied),
    redaction.redact,
  )
  const blobs = new BlobCache(kept, link)
  const gate = new LayerGate()
  const isWanted = (id: string): boolean => desired.current?.layers.some((layer) => layer.id === id) ?? true
  const workDir = join(stateDir, 'work')
  const installer = new Installer({ ...deps, blobs, records, gate, isWanted, stopping, workDir })
  const health = new HealthBoard(deps.client, deps.clock)
  return { ...deps, stopping, link, desired, records, blobs, gate, installer, health, workDir }
}

function createEngine(parts: Parts, later: () => { reporter: Reporter; intake: DesiredIntake }): LayerEngine {
  const { desired, blobs } = parts
  return new LayerEngine({
    ...parts,
    desired: () => desired.current,
    onProgress: () => later().reporter.touch(),
    onComplete: async (complete) => {
      await desired.markApplied(complete)
      await blobs.retain(
        () => new Set([...blobDigests(complete, desired.current, later().intake.incoming), ...desired.formerSensitive]),
      )
      later().reporter.touch()
    },
    onRemaining: (layer, remaining) => {
      for (const line of remaining) later().reporter.tell('Info', 'LayerRemains', `Layer ${layer}`, line)
    },
  })
}

function createGuards(
  parts: Parts,
  deviations: DeviationLog,
  engine: LayerEngine,
): { objects: ObjectGuard; releases: ReleaseGuard } {
  const { desired, installer } = parts
  const fights = new FightDetector(parts.fights)
  const policy = (layerId: string): PolicyAction => driftPolicy(desired.current, layerId)
  const shared = { ...parts, deviations, fights, policy }
  return {
    objects: new ObjectGuard(shared),
    releases: new ReleaseGuard({
      ...shared,
      rollback: (release) => installer.rollback(release.layerId, release.unitId),
      reinstall: (layerId) => engine.reinstall(layerId),
    }),
  }
}
