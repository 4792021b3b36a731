import type { ContainerState, ContainerStatus, PodCondition, PodObject, PodStatus } from './pod.ts'
import type { ContainerRecord } from './record.ts'
import { POD_ADDRESS } from './sources.ts'

/** How one container is doing, as the runner sees it. */
export interface ContainerView {
  name: string
  record: ContainerRecord
  /** The running process; null when there is none. */
  pid: number | null
  /** Why it is not started, when it is not. */
  waiting: { reason: string; message: string } | null
}

/** The status of a pod whose containers are processes of this machine. Pure. */
export const podStatus = (pod: PodObject, containers: ContainerView[], nodeAddress: string, now: string): PodStatus => {
  const statuses = pod.spec.containers.map((container) => {
    const view = containers.find((one) => one.name === container.name)
    return containerStatus(container, view)
  })
  const phase = phaseOf(pod, containers)
  const ready = phase === 'Running' && statuses.every((status) => status.ready)
  const unready = statuses.filter((status) => !status.ready).map((status) => status.name)
  const finished = phase === 'Succeeded' || phase === 'Failed'
  const readiness: Omit<PodCondition, 'type'> = ready
    ? { status: 'True' }
    : finished
      ? { status: 'False', reason: 'PodCompleted' }
      : {
          status: 'False',
          reason: 'ContainersNotReady',
          message: `containers with unready status: [${unready.join(' ')}]`,
        }
  const wanted: PodCondition[] = [
    { type: 'Initialized', status: 'True' },
    { type: 'Ready', ...readiness },
    { type: 'ContainersReady', ...readiness },
  ]
  return {
    phase,
    hostIP: nodeAddress,
    podIP: pod.status?.podIP ?? POD_ADDRESS,
    startTime: pod.status?.startTime ?? now,
    containerStatuses: statuses,
    conditions: wanted.map((condition) => withTransition(condition, pod.status?.conditions ?? [], now)),
  }
}

const phaseOf = (pod: PodObject, containers: ContainerView[]): NonNullable<PodStatus['phase']> => {
  const all = pod.spec.containers.length === containers.length
  if (all && containers.every(({ record }) => record.finished))
    return containers.every(({ record }) => record.last?.exitCode === 0) ? 'Succeeded' : 'Failed'
  return containers.some(({ record }) => record.startedAt !== '') ? 'Running' : 'Pending'
}

const containerStatus = (
  { name, image }: { name: string; image: string },
  view: ContainerView | undefined,
): ContainerStatus => {
  const running = view !== undefined && view.pid !== null
  const last = view?.record.last
  return {
    ...{ name, image, imageID: '' },
    ...(running ? { containerID: `process://${view.pid}` } : {}),
    ready: running,
    started: running,
    restartCount: view?.record.restartCount ?? 0,
    state: stateOf(view),
    ...(last && !view?.record.finished ? { lastState: { terminated: last } } : {}),
  }
}

const stateOf = (view: ContainerView | undefined): ContainerState => {
  if (view === undefined) return { waiting: { reason: 'ContainerCreating', message: '' } }
  if (view.pid !== null) return { running: { startedAt: seconds(view.record.startedAt) } }
  if (view.record.finished && view.record.last) return { terminated: view.record.last }
  return { waiting: view.waiting ?? { reason: 'ContainerCreating', message: '' } }
}

/** Kubernetes keeps whole seconds; anything finer would differ from what is stored for ever. */
export const seconds = (time: string): string => time.replace(/\.\d+Z$/, 'Z')

const withTransition = (condition: PodCondition, live: PodCondition[], now: string): PodCondition => {
  const before = live.find(({ type }) => type === condition.type)
  const same = before?.status === condition.status && before.lastTransitionTime !== undefined
  return { ...condition, lastTransitionTime: same ? (before.lastTransitionTime ?? now) : now }
}

/** Whether the stored status lacks something of the wanted one. */
export const statusDiffers = (live: PodStatus | undefined, wanted: PodStatus): boolean =>
  live === undefined ||
  live.phase !== wanted.phase ||
  JSON.stringify(comparable(live.containerStatuses)) !== JSON.stringify(comparable(wanted.containerStatuses)) ||
  (wanted.conditions ?? []).some((condition) => {
    const stored = live.conditions?.find(({ type }) => type === condition.type)
    return stored?.status !== condition.status || (stored.message ?? '') !== (condition.message ?? '')
  })

const comparable = (statuses: ContainerStatus[] | undefined): unknown =>
  statuses?.map(({ name, ready, restartCount, containerID, state }) => [
    ...[name, ready, restartCount, containerID ?? ''],
    ...[
      Object.keys(state),
      state.waiting?.reason ?? '',
      state.waiting?.message ?? '',
      state.terminated?.exitCode ?? '',
    ],
  ])
