/** One observed fact about an object. `message` tells a person what is missing and what comes next. */
export interface Condition {
  type: string
  status: 'True' | 'False' | 'Unknown'
  /** UpperCamel word a program can test. */
  reason: string
  message: string
  /** RFC 3339; moves only when `status` changes. */
  lastTransitionTime: string
  observedGeneration?: number
}

/** Condition types of kind Cluster, in the order of its life. Each sentence says when the condition is true. */
export const clusterConditions = {
  /** Every profile is found, its packs exist and all placeholders in its values have a value. */
  profileResolved: 'ProfileResolved',
  /** The provider has created what the control plane needs (account, network, machines). */
  infrastructureReady: 'InfrastructureReady',
  /** The Kubernetes API server answers. */
  controlPlaneReady: 'ControlPlaneReady',
  /** Every machine of every pool is provisioned and its node is ready. */
  machinesReady: 'MachinesReady',
  /** The agent is installed, enrolled and connected. */
  agentReady: 'AgentReady',
  /** Every layer of the desired state is installed and ready. */
  layersReady: 'LayersReady',
  /** No deviation from the desired state is open. */
  inSync: 'InSync',
  /** All of the above but `InSync`: the cluster serves what was declared. */
  ready: 'Ready',
  /** Nothing moves until a person acts; the message says what to do. */
  stalled: 'Stalled',
  /** Only while deleting: what remains. */
  deleting: 'Deleting',
} as const
