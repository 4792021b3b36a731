import type { KubeObject, KubeRef } from '@atrium/kube/object.ts'
import { ProviderError } from '@atrium/provider-contract/provider.ts'
import type { CloudApi } from '@atrium/provider-inmemory/cloud.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { ClusterAccess } from '@atrium/server/controllers/cluster/deps.ts'
import type { ClusterCall } from '../simulated-agents/fake-cluster.ts'
import type { OutsideAnswer, OutsideCall, OutsideRequest } from './messages.ts'

/** What the server's process reaches outside of it, over the channel to its parent. */
export interface Outside {
  cloud: CloudApi
  openCluster(kubeconfig: Secret<string>): Promise<ClusterAccess>
}

type Waiting = { resolve: (result: unknown) => void; reject: (error: Error) => void }

/** In the server's process. */
export const reachOutside = (channel: NodeJS.Process): Outside => {
  const waiting = new Map<number, Waiting>()
  let last = 0
  channel.on('message', (answer: OutsideAnswer) => {
    const found = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('result' in answer) found?.resolve(answer.result)
    else found?.reject(errorOf(answer.failure))
  })
  const ask = (call: OutsideCall): Promise<unknown> => {
    last += 1
    const request: OutsideRequest = { id: last, call }
    return new Promise((resolve, reject) => {
      waiting.set(request.id, { resolve, reject })
      channel.send?.(request)
    })
  }
  return { cloud: remoteCloud(ask), openCluster: async (kubeconfig) => remoteCluster(ask, uidIn(kubeconfig)) }
}

const remoteCloud = (ask: (call: OutsideCall) => Promise<unknown>): CloudApi => {
  const method =
    <K extends keyof CloudApi>(name: K) =>
    async (...args: Parameters<CloudApi[K]>): Promise<Awaited<ReturnType<CloudApi[K]>>> =>
      (await ask({ to: 'cloud', method: name, args })) as Awaited<ReturnType<CloudApi[K]>>
  return {
    versions: method('versions'),
    putCluster: method('putCluster'),
    deleteCluster: method('deleteCluster'),
    putMachine: method('putMachine'),
    deleteMachine: method('deleteMachine'),
    observe: method('observe'),
  }
}

const remoteCluster = (ask: (call: OutsideCall) => Promise<unknown>, uid: string): ClusterAccess => {
  const call = <T>(what: ClusterCall): Promise<T> => ask({ to: 'cluster', uid, call: what }) as Promise<T>
  return {
    find: <T>(ref: KubeRef) => call<T | null>({ method: 'find', ref }),
    apply: <T>(object: KubeObject) => call<T>({ method: 'apply', object }),
    delete: (ref) => call<boolean>({ method: 'delete', ref }),
    list: async () => ({ items: [], resourceVersion: '1' }),
    close: async () => undefined,
  }
}

const uidIn = (kubeconfig: Secret<string>): string => {
  const uid = /inmemory:\/\/(\w+)/.exec(kubeconfig.reveal())?.[1]
  if (uid === undefined) throw new AtriumError('InvalidState', 'This kubeconfig is of no cluster of provider inmemory.')
  return uid
}

const errorOf = ({ message, provider }: Extract<OutsideAnswer, { failure: unknown }>['failure']): Error =>
  provider ? new ProviderError(provider.reaction, provider.reason, message, provider.nextStep) : new Error(message)
