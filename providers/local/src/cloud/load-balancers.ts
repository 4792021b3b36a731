import type { KubeClient } from '@atrium/kube/client.ts'
import { isNotFound } from '@atrium/kube/errors.ts'
import type { KubeObject } from '@atrium/kube/object.ts'
import type { Cache } from './cache.ts'
import type { ResourceView } from './protocol.ts'

export interface ServiceObject extends KubeObject {
  spec: { type?: string; clusterIP?: string; loadBalancerClass?: string; loadBalancerIP?: string }
  status?: { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } }
}

/** Reserved for benchmarks (RFC 2544): leads nowhere, and looks like an address everywhere. */
const NETWORK = '198.18'
const ADDRESSES = 250 * 250

export interface LoadBalancerDeps {
  client: KubeClient
  clusterUid: string
  services: Cache<ServiceObject>
}

/** An address of its own for each service of type LoadBalancer. Nothing listens there: the pods behind it are simulated. */
export const keepLoadBalancers = async ({ client, services }: LoadBalancerDeps): Promise<void> => {
  const all = services.all().filter(isLoadBalancer)
  const taken = new Set(all.map(addressOf).filter((address) => address !== undefined))
  for (const service of all) {
    if (addressOf(service) !== undefined || service.metadata.deletionTimestamp !== undefined) continue
    const ip = freeAddress(taken)
    taken.add(ip)
    const { name, namespace = '' } = service.metadata
    try {
      await client.patch(
        { apiVersion: 'v1', kind: 'Service', namespace, name },
        { status: { loadBalancer: { ingress: [{ ip }] } } },
        { type: 'merge', subresource: 'status' },
      )
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }
}

/** Services of a class belong to another controller. */
const isLoadBalancer = (service: ServiceObject): boolean =>
  service.spec.type === 'LoadBalancer' && service.spec.loadBalancerClass === undefined

const addressOf = (service: ServiceObject): string | undefined => {
  const [ingress] = service.status?.loadBalancer?.ingress ?? []
  return ingress?.ip ?? ingress?.hostname
}

const freeAddress = (taken: ReadonlySet<string>): string => {
  for (let number = 0; number < ADDRESSES; number += 1) {
    const address = `${NETWORK}.${Math.floor(number / 250)}.${(number % 250) + 1}`
    if (!taken.has(address)) return address
  }
  throw new Error(`all ${ADDRESSES} load balancer addresses of the cluster are in use`)
}

export const loadBalancerResources = ({ clusterUid, services }: Omit<LoadBalancerDeps, 'client'>): ResourceView[] =>
  services
    .all()
    .filter(isLoadBalancer)
    .map(({ metadata: { namespace, name } }) => ({
      kind: 'LoadBalancer',
      id: `${clusterUid}/${namespace}/${name}`,
      waitingFor: '',
    }))
